import { inject } from 'vitest'
import { emulator } from '../../support/emulator.ts'
import type { CliOptions } from '../../support/run-cli.ts'
import { type Changes, openStackAt, type Stack } from './stack-at.ts'

export { astray, type Changes, type Document, type Row, type Stack, status, up } from './stack-at.ts'

/** A stack in the emulator that all test files share. */
export function openStack(changes: Changes = {}, env: CliOptions['env'] = {}): Promise<Stack> {
  const problem = inject('buildProblem')
  if (problem !== '') throw new Error(`There is no binary to test: ${problem}`)
  return openStackAt(emulator(), changes, env)
}
