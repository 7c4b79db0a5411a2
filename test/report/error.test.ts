import { describe, expect, test } from 'vitest'
import { ConfigError, fileProblem } from '../../src/config/problem.ts'
import { Declined, Failed, Interrupted, Refused } from '../../src/engine/errors.ts'
import { errorDocument } from '../../src/report/error-document.ts'
import { errorText } from '../../src/report/error-text.ts'
import { lines, PLAIN } from './steps.ts'

const quota = new Failed('Quota', 'The quota "Vpc" of this account is used up.', {
  ...{ address: 'ec2:vpc/main', action: 'ec2:CreateVpc', awsCode: 'VpcLimitExceeded', requestId: 'req-1' },
  ...{ hint: 'Ask for more.', cause: new Error('The maximum number of VPCs has been reached.') },
})

describe('the document', () => {
  test('all of it', () => {
    expect(errorDocument(quota)).toEqual({
      schema: 'ecom-infra/error/1',
      code: 'Quota',
      message: 'The quota "Vpc" of this account is used up.',
      address: 'ec2:vpc/main',
      awsCode: 'VpcLimitExceeded',
      requestId: 'req-1',
      hint: 'Ask for more.',
      action: 'ec2:CreateVpc',
      awsMessage: 'The maximum number of VPCs has been reached.',
    })
  })

  test('what there is not is null', () => {
    expect(errorDocument(new Refused('Blocked', 'No.'))).toEqual({
      ...{ schema: 'ecom-infra/error/1', code: 'Blocked', message: 'No.' },
      ...{ address: null, awsCode: null, requestId: null, hint: null, action: null, awsMessage: null },
    })
  })

  test('a config error has its problems one by one', () => {
    const problems = [fileProblem('ecom-infra.yaml', 'is a directory')]
    expect(errorDocument(new ConfigError('ecom-infra.yaml', problems))).toMatchObject({
      code: 'InvalidConfig',
      problems,
    })
  })
})

describe('the text', () => {
  test('what failed, the words of AWS, what it means, what to do', () => {
    expect(errorText(quota, PLAIN)).toBe(lines`
      ✖ ec2:vpc/main: ec2:CreateVpc failed
        VpcLimitExceeded: The maximum number of VPCs has been reached. (request req-1)
        The quota "Vpc" of this account is used up.
        Ask for more.
    `)
  })

  test('without an address', () => {
    const { address: _, ...details } = quota.details
    expect(errorText(new Failed('Quota', 'Full.', details), PLAIN).split('\n')[0]).toBe('✖ ec2:CreateVpc failed')
  })

  test('without an answer of AWS', () => {
    expect(errorText(new Failed('Credentials', 'There are none.', { hint: 'Give them.' }), PLAIN)).toBe(
      '✖ There are none.\n  Give them.',
    )
  })

  test('the words of AWS are not told twice', () => {
    const cause = new Error('The CIDR is odd.')
    const problem = new Failed('AwsRefused', 'The CIDR is odd.', { awsCode: 'InvalidParameterValue', cause })
    expect(errorText(problem, PLAIN)).toBe('✖ InvalidParameterValue: The CIDR is odd.')
  })

  test('a config error keeps its lines', () => {
    const problems = [fileProblem('a.yaml', 'is empty'), fileProblem('b.yaml', 'is a directory', 'a file')]
    expect(errorText(new ConfigError('The config', problems, 'See the schema.'), PLAIN)).toBe(lines`
      ✖ The config has 2 problems:
          a.yaml  is empty
          b.yaml  is a directory; allowed: a file
        See the schema.
    `)
  })

  test('to say no is no error', () => {
    expect(errorText(new Declined('Nothing was changed.'), { color: true })).toBe('Nothing was changed.')
  })

  test('an interrupt', () => {
    expect(errorText(new Interrupted('SIGTERM'), PLAIN)).toBe('✖ Interrupted by SIGTERM.')
  })

  test('in colour', () => {
    expect(errorText(new Refused('X', 'No.'), { color: true })).toBe('\u001b[31m✖\u001b[39m No.')
  })
})
