import { describe, expect, test } from 'vitest'
import type { Address } from '../../src/engine/ref.ts'
import { UNKNOWN } from '../../src/engine/ref.ts'
import type { Health } from '../../src/engine/resource.ts'
import type { Step } from '../../src/engine/steps.ts'
import { runNote } from '../../src/report/run-note.ts'
import { statusOf, verdictOf } from '../../src/report/status.ts'
import { type StatusReport, statusDocument } from '../../src/report/status-document.ts'
import { statusText } from '../../src/report/status-text.ts'
import { change, lines, live, PLAIN, planOf, step } from './steps.ts'

const health = (state: Health['state'], detail = ''): Health => ({ state, detail })
const rows = (steps: readonly Step[], known: readonly (readonly [Address, Health])[] = []) =>
  statusOf(planOf(...steps), new Map(known))

const report = (rest: Partial<StatusReport>): StatusReport => ({
  ...{ stack: 'shop-dev', rows: [], outputs: {}, apiCalls: { total: 31 }, durationMs: 2_100, notes: [] },
  ...rest,
})

describe('how a resource stands', () => {
  const there = { live: live('x-1') }
  test.each<[string, Partial<Step>, string, string | null, string | null]>([
    ['nothing to do', there, 'in-sync', 'x-1', null],
    ['to create', { action: 'create', reason: 'not in AWS' }, 'missing', null, null],
    ['to update', { ...there, action: 'update' }, 'drifted', 'x-1', null],
    ['to replace', { ...there, action: 'replace', reason: 'because' }, 'drifted', 'x-1', 'because'],
    ['to delete', { ...there, action: 'delete', node: null, reason: 'no longer wanted' }, 'unexpected', 'x-1', null],
    ['a replacement that is blocked', { ...there, action: 'blocked', reason: 'data' }, 'drifted', 'x-1', 'data'],
    [
      'a deletion that is blocked',
      { ...there, action: 'blocked', node: null, reason: 'data' },
      'unexpected',
      'x-1',
      'data',
    ],
    [
      'a stranger under our name',
      { live: live('x-9', false), action: 'blocked', reason: 'x-9 exists' },
      'missing',
      null,
      'x-9 exists',
    ],
    ['two of them', { ...there, action: 'blocked', reason: 'two live' }, 'drifted', 'x-1', 'two live'],
  ])('%s', (_, rest, ...[status, id, note]) => {
    const [row] = rows([step('x:x/x', rest)])
    expect(row).toMatchObject({ address: 'x:x/x', type: 'x:x', status, id, note })
  })

  test('in order but not well', () => {
    const [row] = rows([step('x:x/x', there)], [['x:x/x', health('unhealthy', '0 of 1 healthy')]])
    expect(row).toMatchObject({ status: 'unhealthy', health: { state: 'unhealthy', detail: '0 of 1 healthy' } })
  })

  test.each(['healthy', 'unknown'] as const)('%s is in sync', (state) => {
    expect(rows([step('x:x/x', there)], [['x:x/x', health(state)]])[0]?.status).toBe('in-sync')
  })

  test('drift comes before health', () => {
    const drifted = step('x:x/x', {
      ...there,
      action: 'update',
      changes: [change('size', 2, 1), change('name', undefined, 'a')],
    })
    expect(rows([drifted], [['x:x/x', health('unhealthy')]])[0]).toMatchObject({
      status: 'drifted',
      drift: [
        { path: 'size', desired: 1, actual: 2 },
        { path: 'name', desired: 'a', actual: null },
      ],
    })
  })
})

test('the verdict is the worst', () => {
  const order = ['missing', 'drifted', 'unexpected', 'unhealthy', 'in-sync'] as const
  for (const [index, status] of order.entries()) {
    expect(
      verdictOf(
        order
          .slice(index)
          .map((one) => ({ status: one }))
          .reverse(),
      ),
    ).toBe(status)
  }
  expect(verdictOf([])).toBe('in-sync')
})

test('the document is the one of cli.md', () => {
  const all = rows([step('ec2:vpc/main', { live: live('vpc-1') }), step('ec2:subnet/a', { action: 'create' })])
  const document = statusDocument(report({ rows: all, outputs: { siteUrl: 'http://shop' }, notes: ['A note.'] }))
  expect(document).toEqual({
    schema: 'ecom-infra/status/1',
    stack: 'shop-dev',
    verdict: 'missing',
    summary: { inSync: 1, drifted: 0, missing: 1, unexpected: 0, unhealthy: 0 },
    resources: [
      {
        ...{ address: 'ec2:vpc/main', type: 'ec2:vpc', layer: 'Network', id: 'vpc-1', status: 'in-sync' },
        ...{ drift: [], health: null, note: null, blocked: false },
      },
      {
        ...{ address: 'ec2:subnet/a', type: 'ec2:subnet', layer: 'Network', id: null, status: 'missing' },
        ...{ drift: [], health: null, note: null, blocked: false },
      },
    ],
    outputs: { siteUrl: 'http://shop' },
    notes: ['A note.'],
    apiCalls: { total: 31 },
    durationMs: 2100,
  })
})

test('everything in order is a line a layer', () => {
  const all = rows([step('ec2:vpc/main'), step('ec2:subnet/a'), step('logs:log-group/web', { layer: 'Watch' })])
  expect(statusText(statusDocument(report({ rows: all, outputs: { siteUrl: 'http://shop' } })), PLAIN)).toBe(lines`
    ✔ Network  2 in sync
    ✔ Watch  1 in sync

    Outputs
      siteUrl  http://shop

    ✔ shop-dev is in sync: 3 in sync. 2.1 s, 31 API calls.
  `)
})

test('everything that is not, with its drift', () => {
  const rule = (fromPort: number) => ({ protocol: 'tcp', fromPort, cidr: '0.0.0.0/0' })
  const all = rows(
    [
      step('ec2:vpc/main', { live: live('vpc-1') }),
      step('ec2:subnet/a', { action: 'create', reason: 'not in AWS' }),
      step('ec2:security-group/web', {
        ...{ layer: 'Security', action: 'update', live: live('sg-1') },
        changes: [change('ingress', [rule(22)], [rule(80)]), change('tags.owner', 'me', 'web-team')],
      }),
      step('autoscaling:group/web', { layer: 'Compute', live: live('shop-dev-web') }),
      step('ec2:subnet/old', { action: 'delete', layer: null, node: null, live: live('subnet-9') }),
    ],
    [['autoscaling:group/web', health('unhealthy', '0 of 1 instances are healthy')]],
  )
  const document = statusDocument(report({ rows: all, notes: ['ops@example.com has to confirm the subscription.'] }))
  expect(statusText(document, PLAIN)).toBe(
    lines`
    ✖ Network  1 of 2 in sync
      ✖ ec2:subnet/a  missing
    ✖ Security  0 of 1 in sync
      ~ ec2:security-group/web  sg-1  drifted
          ingress:
            there, not wanted: protocol tcp, fromPort 22, cidr 0.0.0.0/0
            wanted, not there: protocol tcp, fromPort 80, cidr 0.0.0.0/0
          tags.owner is me, should be web-team
    ✖ Compute  0 of 1 in sync
      ! autoscaling:group/web  shop-dev-web  unhealthy
          0 of 1 instances are healthy
    ✖ No longer wanted  0 of 1 in sync
      ? ec2:subnet/old  subnet-9  unexpected

    Note: ops@example.com has to confirm the subscription.

    ✖ shop-dev is not in sync: 1 missing, 1 drifted, 1 unexpected, 1 unhealthy, 1 in sync. 2.1 s, 31 API calls.
    \`ecom-infra up\` puts it right.
  `.replaceAll('\\`', '`'),
  )
})

const drifted = (path: string, actual: unknown, desired: unknown, width?: number) => {
  const changes = [change(path, actual, desired)]
  const all = rows([step('x:x/x', { action: 'update', live: live('x-1'), changes })])
  return statusText(statusDocument(report({ rows: all })), width === undefined ? PLAIN : { ...PLAIN, width })
    .split('\n')
    .slice(2, -3)
    .join('\n')
}

test('a value is told by what it is and what it should be', () => {
  expect(drifted('retentionDays', 365, 7)).toBe('      retentionDays is 365, should be 7')
  expect(drifted('tags.owner', null, 'me')).toBe('      tags.owner is not set, should be me')
  expect(drifted('tags.extra', 'x', undefined)).toBe('      tags.extra is x, should not be set')
  expect(drifted('vpcId', 'vpc-1', UNKNOWN)).toBe('      vpcId is vpc-1, should be one that is still to be made')
  expect(drifted('cpu', { target: 90, off: true }, { target: 70, off: false })).toBe(
    '      cpu is {target 90, off true}, should be {target 70, off false}',
  )
})

test('lines are cut to the width of a terminal, and to none without one', () => {
  const long = 'x'.repeat(300)
  expect(drifted('description', long, 'short')).toBe(`      description is ${long}, should be short`)
  expect(drifted('description', long, 'short', 40)).toBe(`      description is ${'x'.repeat(18)}…`)
})

test('what `up` would refuse is not promised', () => {
  const stuck = step('rds:instance/main', { live: live('db'), action: 'blocked', reason: 'it has 40 GB of storage' })
  const text = statusText(statusDocument(report({ rows: rows([stuck]) })), PLAIN)
  expect(text).not.toContain('puts it right')
  expect(text).toContain('`ecom-infra up` refuses as long as rds:instance/main stands so: see there what to decide.')
})

test('the command that puts it right says where', () => {
  const document = statusDocument(report({ rows: rows([step('x:x/x', { action: 'create' })]) }))
  expect(
    statusText(document, { ...PLAIN, flags: ' --local -c b.yaml' })
      .split('\n')
      .at(-1),
  ).toBe('`ecom-infra up --local -c b.yaml` puts it right.')
})

describe('a stack of which nothing is remembered', () => {
  const missing = step('ec2:vpc/main', { action: 'create' })
  const told = (steps: readonly Step[], notes: readonly string[] = []) =>
    statusText(statusDocument(report({ rows: rows(steps), notes })), {
      ...{ ...PLAIN, flags: ' --local', absentFrom: 'us-east-1' },
    })

  test('and nothing was found is not there yet: no rows', () => {
    const text = told([missing, step('ec2:subnet/a', { action: 'create' })], ['A note.'])
    expect(text.split('\n')).toEqual([
      'shop-dev is not there yet: nothing of it was found in us-east-1. `ecom-infra up --local` makes it.',
      '2 resources to make. 2.1 s, 31 API calls.',
      '',
      'Note: A note.',
    ])
  })

  test.each<[string, Step]>([
    ['but something of it', step('ec2:subnet/a', { live: live('subnet-1') })],
    ["but somebody else's thing under our name", step('ec2:subnet/a', { action: 'blocked', live: live('x', false) })],
  ])('%s is told row by row', (_, other) => {
    expect(told([missing, other])).toContain('✖ ec2:vpc/main  missing')
  })
})

describe('a run that the lock tells of', () => {
  const run = { command: 'up', startedAt: '2026-01-01T00:00:00.000Z', holder: 'me@laptop', host: 'laptop', pid: 7 }
  const who = '(process 7 of me@laptop on laptop, since 2026-01-01T00:00:00.000Z)'

  test.each([
    ['up', '`ecom-infra up --local` goes on from there.'],
    ['down', '`ecom-infra down --local` goes on from there.'],
    ['ssh-bastion', '`ecom-infra up --local` goes on from there.'],
  ])('and that is dead: %s', (command, next) => {
    expect(runNote({ ...run, command }, true, ' --local')).toBe(`"${command}" was cut off ${who}: ${next}`)
  })

  test('and that lives', () => {
    expect(runNote(run, false, '')).toBe(`"up" is under way ${who}: what is shown here may have changed already.`)
  })
})
