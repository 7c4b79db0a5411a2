import { expect, test } from 'vitest'
import { isHeld } from '../../src/aws/failure.ts'
import { refusal } from '../support/fake-ctx.ts'

test.each([
  'DependencyViolation',
  'InvalidGroup.InUse',
  'ResourceInUseException',
  'FileSystemInUse',
  'DeleteConflictException',
  'InvalidDBSubnetGroupStateFault',
])('%s: somebody holds on to it, and the sweep finds out who', (code) => {
  expect(isHeld(refusal(code))).toBe(true)
})

test.each([
  'AccessDenied',
  'InternalError',
  'ThrottlingException',
  'BucketNotEmpty',
  'ExpiredToken',
  'InvalidDBInstanceStateFault',
])('%s is a failure like any other', (code) => {
  expect(isHeld(refusal(code))).toBe(false)
})
