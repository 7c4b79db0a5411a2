import { describe, expect, test } from 'vitest'
import { isExisting, isGone, verdictOf } from '../../src/aws/failure.ts'
import { refusal } from '../support/fake-ctx.ts'

describe('the words of SNS and CloudWatch', () => {
  test.each(['DashboardNotFoundError', 'ResourceNotFound', 'ResourceNotFoundException', 'NotFoundException'])(
    '%s: it is not there',
    (name) => expect(isGone(refusal(name))).toBe(true),
  )

  test('a topic that is there with other tags or attributes is one to look at', () => {
    for (const what of ['tags', 'attributes']) {
      const text = `Invalid parameter: Tags Reason: Topic already exists with different ${what}`
      expect(verdictOf(refusal('InvalidParameterException', text))).toBe('exists')
    }
    expect(isExisting(refusal('InvalidParameterException', 'Invalid parameter: Topic Name'))).toBe(false)
    expect(verdictOf(refusal('InvalidParameterException', 'Invalid parameter: Policy Error: null'))).toBe('refused')
  })
})
