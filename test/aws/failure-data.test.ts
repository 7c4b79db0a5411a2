import { expect, test } from 'vitest'
import { verdictOf } from '../../src/aws/failure.ts'
import { refusal } from '../support/fake-ctx.ts'

test.each([
  ['Table already exists: shop-dev-sessions', 'exists'],
  ['Attempt to change a resource which is still in use: Table is being updated: shop-dev-sessions', 'not-now'],
])('DynamoDB has one code for a table that is there and one that is busy: %s', (message, verdict) => {
  expect(verdictOf(refusal('ResourceInUseException', message))).toBe(verdict)
})
