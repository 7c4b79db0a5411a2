import { inject } from 'vitest'
import { emulator } from '../../support/emulator.ts'
import type { CliOptions } from '../../support/run-cli.ts'
import { type Changes, type Document, openStackAt, type Stack } from './stack-at.ts'

export { astray, type Changes, type Document, type Row, type Stack, status } from './stack-at.ts'

/** A stack in the emulator that all test files share. */
export function openStack(changes: Changes = {}, env: CliOptions['env'] = {}): Promise<Stack> {
  const problem = inject('buildProblem')
  if (problem !== '') throw new Error(`There is no binary to test: ${problem}`)
  return openStackAt(emulator(), changes, env)
}

/**
 * What `up` brings, when it has to go well. Nothing is slow in this emulator: the wait that AWS wants after a new
 * parameter group is all that such a run spends time on, and half of the tests' pace is enough for it.
 */
export const up = (stack: Stack): Promise<Document> =>
  stack.json<Document>(['up', '--yes'], 0, { ECOM_INFRA_PACE: '0.01' })
