import type { ListrTask } from 'listr2'
import { harmless, harmlessLine } from '../text/harmless.ts'

export type Listr2 = typeof import('listr2')

export interface Canvas {
  readonly listr2: Listr2
  readonly out: NodeJS.WriteStream
  readonly color: boolean
}

/** A task that runs until it is let go, and is written to from outside. */
export interface Row {
  title(text: string): void
  text(text: string): void
  settle(failed: boolean): void
}

interface TaskList {
  readonly rows: readonly Row[]
  /** Resolves when every row has been let go. */
  readonly over: Promise<unknown>
}

/** Draws a list with a row for each title; null: a row that is not to be seen before it has something to say. */
export async function drawTaskList(
  canvas: Canvas,
  titles: readonly (string | null)[],
  { clearOutput }: { readonly clearOutput: boolean },
): Promise<TaskList> {
  const rows = titles.map(() => Promise.withResolvers<Row>())
  const tasks = titles.map((title, index): ListrTask => {
    const options = { outputBar: true, persistentOutput: title !== null || !clearOutput }
    return {
      ...(title === null ? {} : { title }),
      ...{ rendererOptions: options, fallbackRendererOptions: options },
      task: (_, task) => new Promise<void>((resolve, reject) => rows[index]?.resolve(rowOf(task, { resolve, reject }))),
    }
  })
  const list = new canvas.listr2.Listr(tasks, {
    concurrent: true,
    // One that fails must not end the drawing of the others, and signals are not the view's business.
    ...{ exitOnError: false, registerSignalListeners: false },
    ...{ renderer: 'default', rendererOptions: rendererOptions(canvas, clearOutput) },
    // By itself listr2 looks at stdout alone; where to draw has been decided already.
    ...{ fallbackRenderer: 'default', fallbackRendererOptions: rendererOptions(canvas, clearOutput) },
  })
  const over = list.run()
  return { rows: await Promise.all(rows.map(({ promise }) => promise)), over }
}

interface Gate {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

type Wrapper = Parameters<ListrTask['task']>[1]

/** Every write draws everything anew, so only what is new is written. */
function rowOf(task: Wrapper, { resolve, reject }: Gate): Row {
  return {
    title(words) {
      const text = harmlessLine(words)
      if (task.title !== text) task.title = text
    },
    text(words) {
      const text = harmless(words)
      if ((task.output ?? '') !== text) task.output = text === '' ? null : text
    },
    settle(failed) {
      if (failed) reject(new Error(task.title))
      else resolve()
    },
  }
}

function rendererOptions({ listr2, out, color }: Canvas, clearOutput: boolean) {
  const { ListrLogger, ProcessOutput, ListrDefaultRendererLogLevels } = listr2
  // What others write to the terminal meanwhile is held back and shown afterwards.
  const processOutput = new ProcessOutput(out, out === process.stdout ? process.stderr : out)
  const plain = Object.values(ListrDefaultRendererLogLevels).map((level) => [level, (text = '') => text] as const)
  return {
    ...{ clearOutput, formatOutput: 'truncate' as const, showErrorMessage: false },
    ...(color ? {} : { color: Object.fromEntries(plain) }),
    logger: new ListrLogger<never>({ useIcons: true, toStderr: [], processOutput }),
  }
}
