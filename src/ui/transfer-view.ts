import { sizeOf } from '../site/files.ts'
import type { PushEvent } from '../site/push.ts'
import { drawTaskList, type Row } from './task-list.ts'
import { Transfer } from './transfer.ts'
import { printable, shortError } from './words.ts'

/** Shows files on their way. It only listens. */
export interface TransferView {
  take(event: PushEvent): void
  close(): Promise<void>
}

interface TransferOptions {
  readonly tty: boolean
  readonly color: boolean
  readonly out: NodeJS.WriteStream
}

/** On a terminal a line that is redrawn, elsewhere a line a file. */
export const transferView = (options: TransferOptions): TransferView =>
  options.tty ? new DrawnTransfer(options) : new PlainTransfer(options.out)

/** Milliseconds between two lines about files that take long. */
const EVERY = 10_000

class PlainTransfer implements TransferView {
  readonly #out: NodeJS.WriteStream
  readonly #transfer = new Transfer()
  #said = performance.now()

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  take(event: PushEvent): void {
    this.#transfer.take(event)
    if (event.kind === 'finished') this.#say(finishedLine(event))
    if (event.kind === 'moved' && performance.now() - this.#said > EVERY) this.#say(this.#transfer.title)
  }

  async close(): Promise<void> {}

  #say(line: string): void {
    this.#said = performance.now()
    this.#out.write(`${printable(line)}\n`)
  }
}

function finishedLine({ key, deed, outcome, bytes, error }: Extract<PushEvent, { kind: 'finished' }>): string {
  const name = printable(key)
  if (outcome === 'failed') return `failed ${name}: ${shortError(error)}`
  return deed === 'delete' ? `deleted ${name}` : `uploaded ${name}  ${sizeOf(bytes)}`
}

/** Milliseconds between two drawings. */
const TICK = 200
const SHOW_CURSOR = '\u001b[?25h'

class DrawnTransfer implements TransferView {
  readonly #transfer = new Transfer()
  readonly #options: TransferOptions
  readonly #onExit: () => void
  #tick: NodeJS.Timeout | undefined
  #drawn: Promise<void> = Promise.resolve()
  #row: Row | undefined
  #end: () => Promise<unknown> = async () => undefined

  constructor(options: TransferOptions) {
    this.#options = options
    // Taken before listr2 holds the stream back: a second Ctrl-C must not leave a terminal without its cursor.
    const write = options.out.write.bind(options.out)
    this.#onExit = () => {
      if (this.#row) write(SHOW_CURSOR)
    }
    process.once('exit', this.#onExit)
  }

  take(event: PushEvent): void {
    this.#transfer.take(event)
    if (this.#tick !== undefined || event.kind !== 'planned') return
    this.#tick = setInterval(() => this.#draw(), TICK).unref()
    // A drawing that fails is no reason for an upload to fail.
    this.#drawn = this.#begin().catch(() => undefined)
  }

  async close(): Promise<void> {
    clearInterval(this.#tick)
    await this.#drawn
    await this.#end()
    this.#row = undefined
    process.off('exit', this.#onExit)
  }

  async #begin(): Promise<void> {
    const { out, color } = this.#options
    const canvas = { listr2: await import('listr2'), out, color }
    const { rows, over } = await drawTaskList(canvas, [this.#transfer.title], { clearOutput: true })
    this.#row = rows[0]
    this.#end = () => {
      rows[0]?.settle(false)
      return over
    }
  }

  #draw(): void {
    this.#row?.title(this.#transfer.title)
    this.#row?.text(this.#transfer.lines.join('\n'))
  }
}
