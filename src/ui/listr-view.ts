import type { Event } from '../engine/events.ts'
import { Progress } from './progress.ts'
import { boardStage, type Stage, spinnerStage } from './stages.ts'
import type { Canvas } from './task-list.ts'
import type { View, ViewOptions } from './viewing.ts'
import { printable } from './words.ts'

/** Milliseconds between two drawings, and before a phase is worth a spinner. */
const TICK = 200
const PATIENCE = 1_000
const SHOW_CURSOR = '\u001b[?25h'

/** Draws progress on a terminal: a spinner for what takes longer, a board while resources change. */
export function listrView(options: ViewOptions): View {
  return new ListrView(options)
}

type MakeStage = (canvas: Canvas) => Promise<Stage>

class ListrView implements View {
  readonly #options: ViewOptions
  readonly #progress: Progress
  readonly #tick: NodeJS.Timeout
  readonly #onExit: () => void
  #stage: Stage | null = null
  #board = false
  #closed = false
  #delay: NodeJS.Timeout | undefined
  /** Stages are drawn one after the other, whenever the one before has left the screen. */
  #turns: Promise<void> = Promise.resolve()

  constructor(options: ViewOptions) {
    this.#options = options
    this.#progress = new Progress(options.layers, options.pace)
    this.#tick = setInterval(() => this.#stage?.draw(), TICK).unref()
    // Taken before listr2 holds the stream back: a second Ctrl-C must not leave a terminal without its cursor.
    const write = options.out.write.bind(options.out)
    this.#onExit = () => {
      if (this.#stage) write(SHOW_CURSOR)
    }
    process.once('exit', this.#onExit)
  }

  emit(event: Event): void {
    // What comes after the end has nowhere to be drawn; a spinner that nobody ends would hold the process.
    if (this.#closed) return
    const before = this.#progress.moves
    this.#progress.take(event, Date.now())
    if (event.kind === 'phase' && !this.#progress.busy) this.#phase(printable(event.text))
    if (this.#progress.moves > before && !this.#board) this.#showBoard()
    if (event.kind === 'note' && event.address === null) this.#say(printable(event.text))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#leave()
    await this.#turns
    clearInterval(this.#tick)
    process.off('exit', this.#onExit)
  }

  #phase(text: string): void {
    this.#leave()
    this.#delay = setTimeout(() => this.#enter((canvas) => spinnerStage(canvas, text)), PATIENCE).unref()
  }

  #showBoard(): void {
    this.#leave()
    this.#board = true
    this.#enter((canvas) => boardStage(canvas, this.#progress))
  }

  #leave(): void {
    clearTimeout(this.#delay)
    this.#board = false
    this.#inTurn(async () => {
      const stage = this.#stage
      this.#stage = null
      await stage?.end()
    })
  }

  #enter(make: MakeStage): void {
    const { out, color } = this.#options
    this.#inTurn(async () => {
      this.#stage = await make({ listr2: await import('listr2'), out, color })
      this.#stage.draw()
    })
  }

  #say(text: string): void {
    this.#inTurn(async () => {
      if (this.#stage) this.#stage.say(text)
      else this.#options.out.write(`${printable(text)}\n`)
    })
  }

  /** A drawing that fails is no reason for a run to fail. */
  #inTurn(work: () => Promise<void>): void {
    this.#turns = this.#turns.then(work).catch(() => undefined)
  }
}
