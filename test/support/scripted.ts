import { mockClient } from 'aws-sdk-client-mock'
import { refusal } from './fake-ctx.ts'

type Input = Readonly<Record<string, unknown>>
type Answer = (input: Input, nth: number) => unknown

/** One service of AWS by script: answers by operation, counted from 1. What has no answer is answered with nothing. */
export interface Scripted {
  answers(by: Readonly<Record<string, Answer>>): void
  /** The operations called, in order. */
  called(): readonly string[]
  inputsOf(operation: string): readonly Input[]
}

export function scripted(client: Parameters<typeof mockClient>[0]): Scripted {
  const mock = mockClient(client)
  const calls = () =>
    mock.calls().map(({ args: [command] }) => ({
      operation: command.constructor.name.replace(/Command$/, ''),
      input: (command as unknown as { input: Input }).input,
    }))
  const called = () => calls().map(({ operation }) => operation)
  const inputsOf = (operation: string) =>
    calls()
      .filter((call) => call.operation === operation)
      .map(({ input }) => input)
  const answers: Scripted['answers'] = (by) => {
    mock.reset()
    mock.callsFake((input: Input) => {
      // The call being answered is the last one on record.
      const operation = called().at(-1) ?? ''
      return by[operation]?.(input, inputsOf(operation).length) ?? {}
    })
  }
  answers({})
  return { answers, called, inputsOf }
}

/** For the place of an answer: the service refuses. */
export const fail = (...error: Parameters<typeof refusal>): never => {
  throw refusal(...error)
}
