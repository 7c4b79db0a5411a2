import { describe, expect, test } from 'vitest'
import {
  checkGiven,
  configFrom,
  nameFrom,
  regionVariable,
  requireAnswers,
  suggestAnswers,
} from '../../src/config/answers.ts'
import { SAMPLE } from '../../src/config/check.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { Problem } from '../../src/engine/errors.ts'

function refusal(work: () => unknown): Problem {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('what is suggested', () => {
  test.each([
    ['shop', 'shop'],
    ['My Shop', 'my-shop'],
    ['2024_web--store!', 'web-store'],
    ['a-very-long-name-of-a-project', 'a-very-long-name-of'],
    ['x', 'shop'],
    ['', 'shop'],
    ['日本', 'shop'],
    ['sg-tools', 'shop'],
    ['internal', 'shop'],
  ])('in a directory %j the name %j', (directory, name) => expect(nameFrom(directory)).toBe(name))

  test.each([
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    [{ AWS_REGION: '' }, 'us-east-1'],
    [{}, 'us-east-1'],
  ])('with %j the region %s', (env, region) => {
    expect(suggestAnswers({ dir: '/home/me/store', env })).toEqual({
      blueprint: 'ecommerce',
      name: 'store',
      environment: 'dev',
      region,
    })
  })
})

test('wrong flags are told all at once, by flag', () => {
  const error = refusal(() => checkGiven({ name: 'Shop', region: 'mars', environment: undefined }))
  expect(error).toBeInstanceOf(ConfigError)
  expect(error.exit).toBe(2)
  expect(error.message).toBe(`The command line has 2 problems:
  --name  name  "Shop"  is not a valid name; allowed: 2-20 of a-z 0-9 and single inner hyphens, starting with a letter; not sg, internal, sg-…, internal-…
  --region  region  "mars"  is unknown; allowed: a commercial AWS region, for example us-east-1`)
})

test('a wrong region that no flag has named is told by its variable', () => {
  expect(regionVariable({ AWS_REGION: '', AWS_DEFAULT_REGION: 'moon-1' })).toBe('AWS_DEFAULT_REGION')
  expect(regionVariable({ AWS_REGION: 'moon-1', AWS_DEFAULT_REGION: 'eu-west-1' })).toBe('AWS_REGION')
  expect(regionVariable({})).toBeUndefined()
  const moon = { ...SAMPLE, region: 'moon-1' }
  expect(refusal(() => configFrom(moon, 'AWS_REGION')).message).toMatch(
    /^The environment has 1 problem:\n {2}AWS_REGION {2}region {2}"moon-1"/,
  )
  const both = refusal(() => configFrom({ ...moon, name: 'Shop' }, 'AWS_REGION')).message
  expect(both).toMatch(/^The command line has 2 problems:\n {2}--name .*\n {2}AWS_REGION/)
})

test('a missing answer names its flag', () => {
  expect(requireAnswers(SAMPLE)).toEqual(SAMPLE)
  expect(configFrom(requireAnswers(SAMPLE)).web.maxSize).toBe(2)
  const error = refusal(() => requireAnswers({ blueprint: 'ecommerce', name: 'shop' }))
  expect(error).toMatchObject({
    code: 'MissingAnswer',
    exit: 2,
    message: 'Nobody can be asked here, and these are missing: environment, region.',
  })
  expect(error.details.hint).toBe(
    'Give --environment, --region to `ecom-infra init`, or --defaults for what it suggests, or write them to ecom-infra.yaml.',
  )
})
