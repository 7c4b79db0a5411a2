import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { needs } from './needs.ts'
import { BIN, environment, NODE } from './run-cli.ts'
import { Screen } from './screen.ts'

/** Run with -I: what lies beside it must not be taken for Python's own `pty`. */
const HELPER = fileURLToPath(new URL('./pty.py', import.meta.url))

export const KEY = { enter: '\r', down: '\u001b[B', backspace: '\u007f', ctrlC: '\u0003' } as const

export interface TerminalOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly columns?: number
  readonly rows?: number
}

/** The real binary at a terminal, with somebody who types. */
export class Terminal {
  readonly screen: Screen
  readonly #child: ChildProcess
  readonly #ended: Promise<number | null>
  /** Every line that was ever seen, though it may have been drawn over since. */
  readonly #seen: string[] = []

  constructor(python: string, args: readonly string[], options: TerminalOptions) {
    const { cwd, env, columns = 80, rows = 40 } = options
    this.screen = new Screen(columns, rows)
    this.#child = spawn(python, ['-I', HELPER, String(columns), String(rows), NODE, BIN, ...args], {
      cwd,
      env: environment({ env: { TERM: 'xterm-256color', CI: undefined, NO_COLOR: undefined, ...env } }),
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    })
    const { stdout } = this.#child
    stdout?.setEncoding('utf8').on('data', (data: string) => {
      this.screen.write(data)
      this.#seen.push(this.screen.text)
    })
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', resolve)
    })
  }

  /** Each state of the screen, from first to last. */
  get seen(): readonly string[] {
    return this.#seen
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys)
  }

  /** As when somebody pulls at the window. What is on it already is not drawn anew. */
  resize(columns: number, rows: number): void {
    this.#order(`${columns} ${rows}`)
  }

  /** As `kill` sends it, from elsewhere: to the command, and not to whom it has started. */
  signal(name: 'SIGINT' | 'SIGTERM'): void {
    this.#order(name)
  }

  #order(line: string): void {
    const orders = this.#child.stdio[3] as Writable
    orders.write(`${line}\n`)
  }

  /** Waits until the screen shows it. */
  async shows(words: string | RegExp, timeoutMs = 30_000): Promise<void> {
    const there = () => (typeof words === 'string' ? this.screen.text.includes(words) : words.test(this.screen.text))
    const until = performance.now() + timeoutMs
    while (!there()) {
      const over = this.#child.exitCode !== null || performance.now() > until
      if (over && !there()) throw new Error(`the screen never showed ${words}:\n${this.screen.text}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Answers a question that is on the screen. */
  async answer(question: string | RegExp, keys: string): Promise<void> {
    await this.shows(question)
    this.type(keys)
  }

  /** The exit code; 250 when the terminal was left otherwise than it was found. */
  ended(): Promise<number | null> {
    return this.#ended
  }

  /** However the test went. */
  async end(): Promise<void> {
    this.#child.stdin?.destroy()
    await this.#ended
  }
}

/** Python's own module `pty` is all that it takes; where there is none, the test says so aloud. */
export const pythonFor = (test: Pick<TestContext, 'skip'>): string =>
  needs(test, { program: 'python3', debian: 'python3' })
