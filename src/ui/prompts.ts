import { Declined, Interrupted } from '../engine/errors.ts'
import { harmlessLine } from '../text/harmless.ts'

/** One yes or no, where no is what Enter means. Questions go to `output`: stderr when stdout carries a document. */
export async function confirm(question: string, output?: NodeJS.WritableStream): Promise<boolean> {
  const prompts = await import('@inquirer/prompts')
  return unlessLeft(prompts.confirm({ message: harmlessLine(question), default: false }, contextOf(output)))
}

interface TypedConfirmation {
  /** Completes "Type … to". */
  readonly what: string
  readonly expected: string
}

/** Throws `Declined` when the text is not the one that is expected. */
export async function typeToConfirm(
  { what, expected }: TypedConfirmation,
  output?: NodeJS.WritableStream,
): Promise<void> {
  const prompts = await import('@inquirer/prompts')
  const typed = await unlessLeft(prompts.input({ message: `Type ${expected} to ${what}:` }, contextOf(output)))
  if (typed.trim() !== expected) throw new Declined(`That was not ${expected}: nothing was changed.`)
}

const contextOf = (output: NodeJS.WritableStream | undefined) => (output === undefined ? {} : { output })

/** Ctrl-C at a question ends the command as it would anywhere else. */
async function unlessLeft<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted()
    throw error
  }
}
