import { Declined, Interrupted } from '../engine/errors.ts'
import { harmlessLine } from '../text/harmless.ts'

/** Where somebody is asked, and what ends the question from outside. */
interface Asking {
  /** stderr when stdout carries a document. */
  readonly output?: NodeJS.WritableStream
  readonly signal?: AbortSignal
}

/** One yes or no, where no is what Enter means. */
export async function confirm(question: string, asking: Asking = {}): Promise<boolean> {
  const prompts = await import('@inquirer/prompts')
  return unlessLeft(() => prompts.confirm({ message: harmlessLine(question), default: false }, asking), asking)
}

interface TypedConfirmation {
  /** Completes "Type … to". */
  readonly what: string
  readonly expected: string
}

/** Throws `Declined` when the text is not the one that is expected. */
export async function typeToConfirm({ what, expected }: TypedConfirmation, asking: Asking = {}): Promise<void> {
  const prompts = await import('@inquirer/prompts')
  const typed = await unlessLeft(() => prompts.input({ message: `Type ${expected} to ${what}:` }, asking), asking)
  if (typed.trim() !== expected) throw new Declined(`That was not ${expected}: nothing was changed.`)
}

/** Ctrl-C at a question, and a signal meanwhile, end the command as they would anywhere else. */
async function unlessLeft<T>(ask: () => Promise<T>, { signal }: Asking): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await ask()
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted()
    throw error
  }
}
