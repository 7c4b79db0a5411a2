import { expect, test } from 'vitest'
import { SAMPLE } from '../../src/config/check.ts'
import { complaintAt, withValue } from '../../src/config/judge.ts'

test('one answer is judged as the config would judge it', () => {
  expect(complaintAt(SAMPLE, ['environment'], 'prod')).toBeNull()
  expect(complaintAt(SAMPLE, ['environment'], 'pre-prod')).toBe(
    '"pre-prod" is not a valid environment; allowed: 2-10 of a-z 0-9',
  )
})

test('a part of an answer is named', () => {
  expect(complaintAt(SAMPLE, ['access', 'sshCidrs'], ['10.0.0.0/8', '::1'])).toBe(
    '"::1" is an IPv6 network, and the VPC has IPv4 only; allowed: an IPv4 network, for example 203.0.113.7/32',
  )
  const many = Array.from({ length: 17 }, (_, index) => `203.0.113.${index}/32`)
  expect(complaintAt(SAMPLE, ['access', 'sshCidrs'], many)).toBe(
    'has 17 entries, more than 16; allowed: at most 16 IPv4 networks: a network ACL holds 20 rules',
  )
})

test('what is wrong elsewhere is not held against an answer', () => {
  const config = { ...SAMPLE, web: { minSize: 1, maxSize: 2 } }
  expect(complaintAt(config, ['web', 'minSize'], 3)).toBeNull()
  expect(complaintAt(config, ['web', 'maxSize'], 0)).toBe('0 is less than 1; allowed: 1 to 100')
  expect(complaintAt({ ...SAMPLE, web: { minSize: 3 } }, ['web', 'maxSize'], 2)).toBe(
    '2 is less than web.minSize, 3; allowed: 3 to 100',
  )
})

test('a value is put in its place, and the rest is left as it was', () => {
  const config = { name: 'shop', web: { minSize: 1 } }
  expect(withValue(config, ['web', 'maxSize'], 4)).toEqual({ name: 'shop', web: { minSize: 1, maxSize: 4 } })
  expect(withValue(config, ['edge', 'certificateArn'], null)).toEqual({ ...config, edge: { certificateArn: null } })
  expect(config).toEqual({ name: 'shop', web: { minSize: 1 } })
})
