import { styleText } from 'node:util'
import { Interrupted } from '../../engine/errors.ts'
import { harmlessOutput } from '../../text/harmless.ts'
import type { Choice } from './choice.ts'
import { wrap } from './wrap.ts'

/** Where questions go: stderr when stdout carries a document. */
export type Output = NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number }

export interface Choosing<T> {
  /** `Title: one line that explains it`. */
  readonly message: string
  readonly choices: readonly Choice<T>[]
  readonly suggested?: T | undefined
  /** Set apart from the others by a line. */
  readonly first?: Choice<T>
  /** Leaves nothing behind on the screen. */
  readonly passing?: boolean
  /** What somebody is told who takes what is disabled. */
  readonly refusal?: string
  /** Of a long list that is shortened by typing; where nothing is left of it, Enter takes nothing. */
  readonly byTyping?: boolean
}

interface Typing {
  readonly message: string
  /** What Enter means. */
  readonly suggested: string
  /** What is wrong with a text, or null. */
  complaint(text: string): string | null
}

/** Somebody who can be asked. */
export interface Asker {
  choose<T>(choosing: Choosing<T>): Promise<T>
  type(typing: Typing): Promise<string>
  say(line: string): void
}

/** What a list needs besides its entries: the question, a description, a complaint, the keys. */
const AROUND_A_LIST = 8
/** Longer pages are hard to read, whatever room there is. */
const LONGEST_PAGE = 18

/** `signal` ends the question that is asked, with its reason. */
export async function askerAt(signal: AbortSignal, output: Output = process.stdout): Promise<Asker> {
  const [{ input, select, Separator }, { shortened }] = await Promise.all([
    import('@inquirer/prompts'),
    import('./shortened.ts'),
  ])
  const width = () => Math.max(output.columns ?? 80, 20)
  const page = () => Math.min(Math.max((output.rows ?? 40) - AROUND_A_LIST, 3), LONGEST_PAGE)
  const context = (passing = false) => ({ output, signal, clearPromptOnDone: passing })
  return {
    choose: ({ message, choices, suggested, first, passing, refusal, byTyping }) => {
      const common = { message, pageSize: page(), ...(suggested === undefined ? {} : { default: suggested }) }
      const theme = themeOf(width)
      if (byTyping) return unlessLeft(signal, () => shortened({ ...common, choices, theme }, context(passing)))
      return unlessLeft(signal, () =>
        select(
          {
            ...common,
            choices: [...(first === undefined ? [] : [first, new Separator()]), ...choices],
            loop: false,
            theme: { ...theme, ...(refusal === undefined ? {} : { i18n: { disabledError: refusal } }) },
          },
          context(passing),
        ),
      )
    },
    type: async ({ message, suggested, complaint }) => {
      const validate = (text: string) => complaint(text.trim()) ?? true
      const ask = () => input({ message, default: suggested, validate, theme: themeOf(width) }, context())
      const text = await unlessLeft(signal, ask)
      return text.trim()
    },
    say: (line) => void output.write(`${harmlessOutput(wrap(line, width()))}\n`),
  }
}

/** Words are broken between them, not in them; an answered question keeps its title only. */
const themeOf = (width: () => number) => ({
  style: {
    message: (text: string, status: string) =>
      styleText('bold', status === 'done' ? (/^[^:]*:/.exec(text)?.[0] ?? text) : wrap(text, width() - 3)),
    error: (text: string) => styleText('red', wrap(`> ${text}`, width() - 1)),
    description: (text: string) => styleText('cyan', wrap(text, width() - 1)),
  },
})

/** Ctrl-C at a question, and a signal meanwhile, end the command as they would anywhere else; nothing has been written. */
async function unlessLeft<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  try {
    return await ask()
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted()
    throw error
  }
}
