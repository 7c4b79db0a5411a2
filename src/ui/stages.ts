import { OTHERS, type Part, type Progress } from './progress.ts'
import { type Canvas, drawTaskList, type Row } from './task-list.ts'

/** What is on the screen at a time. */
export interface Stage {
  draw(): void
  /** A line that belongs to no resource. */
  say(text: string): void
  end(): Promise<void>
}

/** One line with a spinner, gone when its time is over. */
export async function spinnerStage(canvas: Canvas, text: string): Promise<Stage> {
  const { rows, over } = await drawTaskList(canvas, [text], { clearOutput: true })
  return {
    draw: () => undefined,
    say: (line) => rows[0]?.text(line),
    async end() {
      rows[0]?.settle(false)
      await over
    },
  }
}

/** A row for each part of the platform, with what runs in it below. */
export async function boardStage(canvas: Canvas, progress: Progress): Promise<Stage> {
  const titles = [...progress.parts.map((name) => progress.part(name, Date.now()).title), null, null]
  const { rows, over } = await drawTaskList(canvas, titles, { clearOutput: false })
  const parts = [...progress.parts, OTHERS].flatMap((name, index) => {
    const row = rows[index]
    return row ? [{ row, part: () => progress.part(name, Date.now()) }] : []
  })
  const notes = rows.at(-1)
  return {
    draw() {
      for (const { row, part } of parts) drawPart(row, part())
    },
    say: (line) => notes?.text(line),
    async end() {
      for (const { row, part } of parts) endPart(row, part())
      notes?.settle(false)
      await over
    },
  }
}

function drawPart(row: Row, part: Part): void {
  if (part.empty) return
  row.title(part.title)
  row.text([...part.failures, ...part.running].join('\n'))
  if (part.state !== 'open') row.settle(part.state === 'failed')
}

function endPart(row: Row, part: Part): void {
  if (!part.empty) row.title(part.final)
  row.text(part.failures.join('\n'))
  row.settle(part.state === 'failed' || part.failures.length > 0)
}
