import { expect, test } from 'vitest'
import { UNKNOWN } from '../../src/engine/ref.ts'
import { planText } from '../../src/report/plan-text.ts'
import { change, live, PLAIN, planOf, step, TARGET } from './steps.ts'

const updated = (...changes: readonly ReturnType<typeof change>[]) =>
  planText(
    { ...TARGET, plan: planOf(step('ec2:vpc/x', { action: 'update', live: live('x-1'), changes })), seconds: 0 },
    { ...PLAIN, width: 60 },
  )
    .split('\n')
    .slice(4, -2)
    .join('\n')

test('lists are told by what goes and what comes', () => {
  const [web, tls, ssh] = [80, 443, 22].map((fromPort) => ({
    protocol: 'tcp',
    fromPort,
    cidr: '0.0.0.0/0',
    group: null,
  }))
  expect(updated(change('ingress', [web, ssh], [web, tls]))).toBe(
    `      ingress:
        - protocol tcp, fromPort 22, cidr 0.0.0.0/0
        + protocol tcp, fromPort 443, cidr 0.0.0.0/0`,
  )
})

test('an element that is there twice counts twice', () => {
  expect(updated(change('names', ['a', 'a'], ['a']))).toBe('      names:\n        - a')
})

test('a list that has only changed its order says so', () => {
  expect(updated(change('names', ['a', 'b'], ['b', 'a']))).toBe('      names: the same entries in another order')
})

test('a list of what is not known yet says so', () => {
  expect(updated(change('ids', [UNKNOWN], [UNKNOWN]))).toBe('      ids: (known after apply)')
})

test('a long list is shown in part', () => {
  const all = Array.from({ length: 11 }, (_, index) => `entry ${index}`)
  expect(
    updated(change('names', null, all))
      .split('\n')
      .slice(-3),
  ).toEqual(['        + entry 6', '        + entry 7', '        + … and 3 more'])
})

test('a script is told by its lines', () => {
  expect(updated(change('userData', '#!/bin/sh\nset -e\nold\n', '#!/bin/sh\nset -e\nnew\n'))).toBe(
    '      userData:\n        - old\n        + new',
  )
})

test('a policy in one line is opened up', () => {
  const policy = (Effect: string) => JSON.stringify({ Statement: [{ Effect, Action: 's3:GetObject' }] })
  expect(updated(change('policy', policy('Deny'), policy('Allow')))).toBe(
    '      policy:\n        - "Effect": "Deny",\n        + "Effect": "Allow",',
  )
})

test('settings within settings, and nothing at all', () => {
  expect(updated(change('a', { b: { c: 1 }, d: [1, [2]] }, null))).toBe('      a: b {c 1}, d [1, [2]] → none')
  expect(updated(change('a', '', {}))).toBe('      a: "" → empty')
})

test('long values are cut to the width', () => {
  const text = updated(change('description', 'short', 'x'.repeat(100)))
  expect(text).toBe(`      description: short → ${'x'.repeat(32)}…`)
  expect(text).toHaveLength(60)
})

test('a stranger cannot steer the terminal', () => {
  expect(updated(change('tags.Name', 'a\u001b[2Jb\u0007', 'c'))).toBe('      tags.Name: a\ufffd[2Jb\ufffd → c')
})
