import { expect, test } from 'vitest'
import { isCapacity, verdictOf } from '../../src/aws/failure.ts'
import { refusal } from '../support/fake-ctx.ts'

test.each([
  ['FileSystemAlreadyExists', 'exists'],
  ['AccessPointAlreadyExists', 'exists'],
  ['MountTargetConflict', 'exists'],
  ['IncorrectFileSystemLifeCycleState', 'not-now'],
  ['IncorrectMountTargetState', 'not-now'],
  ['IncorrectInstanceState', 'not-now'],
  ['IncorrectState', 'not-now'],
  ['FileSystemInUse', 'not-now'],
  ['NoFreeAddressesInSubnet', 'refused'],
  ['BadRequest', 'refused'],
])('%s: %s', (name, verdict) => expect(verdictOf(refusal(name, name, 409))).toBe(verdict))

test('what is refused for a day is not taken for a throttle, what is one is', () => {
  expect(isCapacity(refusal('TooManyRequests', 'once in 24 hours', 429))).toBe(true)
  expect(isCapacity(refusal('TooManyRequestsException', 'slow down', 429))).toBe(false)
  expect(isCapacity(refusal('ThrottlingException', 'slow down', 429))).toBe(false)
})
