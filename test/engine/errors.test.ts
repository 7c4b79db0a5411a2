import { expect, test } from 'vitest'
import { beforeAnyChange, Declined, EXIT, Interrupted } from '../../src/engine/errors.ts'

test.each([
  ['SIGINT', EXIT.sigint],
  ['SIGTERM', EXIT.sigterm],
] as const)('%s before any change says that nothing was changed, and ends as it would', (signal, exit) => {
  const message = `Interrupted by ${signal}. Nothing was changed.`
  expect(beforeAnyChange(new Interrupted(signal))).toMatchObject({ name: 'Interrupted', message, exit })
})

test('what is no interrupt stays as it is', () => {
  const declined = new Declined('No.')
  expect(beforeAnyChange(declined)).toBe(declined)
})
