import { expect, test } from 'vitest'
import { isGone, verdictOf } from '../../src/aws/failure.ts'
import { refusal } from '../support/fake-ctx.ts'

test.each(['InvalidDBInstanceState', 'InvalidDBSubnetGroupStateFault', 'InvalidDBParameterGroupStateFault'])(
  '%s passes',
  (code) => expect(verdictOf(refusal(code))).toBe('not-now'),
)

test.each([
  'DBInstanceAlreadyExists',
  'DBInstanceAlreadyExistsFault',
  'DBSubnetGroupAlreadyExistsFault',
  'DBParameterGroupAlreadyExistsFault',
])('%s means: look', (code) => expect(verdictOf(refusal(code))).toBe('exists'))

test.each(['DBInstanceNotFound', 'DBInstanceNotFoundFault', 'DBSubnetGroupNotFoundFault', 'DBParameterGroupNotFound'])(
  '%s is gone',
  (code) => expect(isGone(refusal(code))).toBe(true),
)

test.each(['InstanceQuotaExceededFault', 'StorageQuotaExceededFault', 'DBSubnetGroupDoesNotCoverEnoughAZs'])(
  '%s is no matter of patience',
  (code) => expect(verdictOf(refusal(code))).toBe('refused'),
)
