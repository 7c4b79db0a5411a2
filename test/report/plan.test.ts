import { expect, test } from 'vitest'
import { UNKNOWN } from '../../src/engine/ref.ts'
import { planDocument } from '../../src/report/plan-document.ts'
import { planText } from '../../src/report/plan-text.ts'
import { change, lines, live, PLAIN, planOf, step, TARGET } from './steps.ts'

const vpc = step('ec2:vpc/main', {
  ...{ action: 'create', reason: 'not in AWS' },
  changes: [change('cidrBlock', null, '10.20.0.0/16'), change('tenancy', null, undefined)],
})
const subnet = step('ec2:subnet/a', {
  ...{
    action: 'update',
    live: live('subnet-1'),
    after: ['ec2:vpc/main'],
    changes: [change('mapPublicIp', true, false)],
  },
})

/** What it costs is told after the time, and shown in `cost.test.ts`. */
const withoutPrice = (text: string) => text.replace(/(On AWS this typically takes [^\n]+)[\s\S]*/, '$1')

test('the document is the one of cli.md', () => {
  expect(planDocument(TARGET, planOf(vpc, subnet, step('ec2:vpc/other', { live: live('vpc-2') })))).toEqual({
    schema: 'ecom-infra/plan/1',
    stack: 'shop-dev',
    account: '123456789012',
    region: 'us-east-1',
    summary: { create: 1, update: 1, replace: 0, delete: 0, unchanged: 1, blocked: 0 },
    monthlyUsd: {
      ...{ before: 0, after: 0, afterAtMost: 0, unknown: [], uses: [] },
      ...{ asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), source: expect.any(String) },
    },
    steps: [
      {
        address: 'ec2:vpc/main',
        type: 'ec2:vpc',
        action: 'create',
        id: null,
        changes: [
          { path: 'cidrBlock', from: null, to: '10.20.0.0/16' },
          { path: 'tenancy', from: null, to: null },
        ],
        after: [],
        reason: 'not in AWS',
      },
      {
        address: 'ec2:subnet/a',
        type: 'ec2:subnet',
        action: 'update',
        id: 'subnet-1',
        changes: [{ path: 'mapPublicIp', from: true, to: false }],
        after: ['ec2:vpc/main'],
        reason: null,
      },
      {
        address: 'ec2:vpc/other',
        type: 'ec2:vpc',
        action: 'none',
        id: 'vpc-2',
        changes: [],
        after: [],
        reason: null,
      },
    ],
  })
})

test('the text has the changes only, by layer, each with its sign', () => {
  const group = step('autoscaling:group/web', {
    ...{ layer: 'Compute', action: 'create' },
    changes: [
      ...[change('name', null, 'shop-dev-web'), change('minSize', null, 1), change('launchTemplateId', null, UNKNOWN)],
      ...[change('script', null, 'a\nb\nc'), change('metrics', null, ['a', 'b']), change('hooks', null, [])],
      ...[
        change('rules', null, [{ a: 1 }, { a: 2 }]),
        change('tracking', null, { cpu: 70 }),
        change('none', null, null),
      ],
    ],
  })
  const nat = step('ec2:nat-gateway/a', {
    ...{ action: 'replace', mode: 'delete-first', live: live('nat-1') },
    ...{ reason: 'AWS reports it as failed: no address', changes: [change('subnetId', 'subnet-1', UNKNOWN)] },
  })
  const target = step('elbv2:target-group/web', {
    ...{ layer: 'Edge', action: 'replace', mode: 'create-first', live: live('tg-1') },
    ...{ reason: 'AWS does not let port change after creation', changes: [change('port', 80, 8080)] },
  })
  const old = step('ec2:subnet/old', { action: 'delete', layer: null, node: null, live: live('subnet-9') })
  const rest = step('ec2:vpc/other', { live: live('vpc-2') })
  const report = { ...TARGET, plan: planOf(group, vpc, subnet, nat, target, old, rest), seconds: 400 }
  expect(withoutPrice(planText(report, PLAIN))).toBe(lines`
    shop-dev in us-east-1, account 123456789012

    Network
      +   ec2:vpc/main  cidrBlock 10.20.0.0/16
      ~   ec2:subnet/a  subnet-1
          mapPublicIp: true → false
      -/+ ec2:nat-gateway/a  nat-1
          AWS reports it as failed: no address; the old one goes first
          subnetId: subnet-1 → (known after apply)

    Compute
      +   autoscaling:group/web  name shop-dev-web · minSize 1 · script 3 lines · metrics a, b · rules 2

    Edge
      -/+ elbv2:target-group/web  tg-1
          AWS does not let port change after creation; the new one comes first
          port: 80 → 8080

    No longer wanted
      -   ec2:subnet/old  subnet-9

    Plan: 2 to create, 1 to update, 2 to replace, 1 to delete, 1 unchanged.
    On AWS this typically takes about 7 minutes.
  `)
})

test('what is blocked says why, and that nothing is done', () => {
  const reason = 'vpc-7 exists under our name but does not belong to this stack'
  const blocked = step('ec2:vpc/main', { action: 'blocked', live: live('vpc-7', false), reason })
  expect(planText({ ...TARGET, plan: planOf(blocked, subnet), seconds: 60 }, PLAIN)).toBe(lines`
    shop-dev in us-east-1, account 123456789012

    Network
      !   ec2:vpc/main  vpc-7
          vpc-7 exists under our name but does not belong to this stack
      ~   ec2:subnet/a  subnet-1
          mapPublicIp: true → false

    Plan: 1 to update, 1 blocked.
    Nothing is done until what is blocked has been settled.
  `)
})

test('earlier ones that go with a step are shown as deletes', () => {
  const older = [live('tg-1'), live('tg-2')]
  const group = step('elbv2:target-group/web', {
    ...{ layer: 'Edge', action: 'update', live: live('tg-3'), reason: 'an earlier one is still there', older },
  })
  const blocked = step('ec2:vpc/main', { action: 'blocked', live: live('vpc-1'), reason: 'two live', older })
  expect(planText({ ...TARGET, plan: planOf(group), seconds: 0 }, PLAIN)).toBe(lines`
    shop-dev in us-east-1, account 123456789012

    Edge
      ~   elbv2:target-group/web  tg-3
          an earlier one is still there
      -   tg-1  an earlier one, deleted at the end
      -   tg-2  an earlier one, deleted at the end

    Plan: 1 to update.
  `)
  const again = step('ec2:nat-gateway/a', { action: 'replace', mode: 'delete-first', live: live('nat-1'), older })
  expect(planText({ ...TARGET, plan: planOf(again), seconds: 0 }, PLAIN)).toContain(
    '\n  -   tg-1  an earlier one, deleted first\n',
  )
  expect(planText({ ...TARGET, plan: planOf(blocked), seconds: 0 }, PLAIN)).not.toContain('deleted at the end')
})

test.each(['elbv2:load-balancer/web', 'autoscaling:group/web'] as const)('a new %s takes the site down', (address) => {
  const shown = (rest: Parameters<typeof step>[1]) =>
    withoutPrice(
      planText({ ...TARGET, plan: planOf(step(address, { live: live('x-1'), ...rest })), seconds: 400 }, PLAIN),
    )
      .split('\n\n')
      .at(-1)
  expect(shown({ action: 'replace', mode: 'delete-first', reason: 'because' })).toBe(lines`
    Plan: 1 to replace.
    The site is down meanwhile, and siteUrl may change.
    On AWS this typically takes about 7 minutes.
  `)
  expect(shown({ action: 'update' })).not.toContain('The site is down')
  expect(shown({ action: 'create', live: null })).not.toContain('The site is down')
})

test('without a terminal nothing is cut, and a policy in one line is still told by its length', () => {
  const policy = JSON.stringify({ Statement: [{ Effect: 'Allow' }] })
  const changes = [change('description', null, 'x'.repeat(300)), change('policy', null, policy)]
  const report = { ...TARGET, plan: planOf(step('x:x/x', { action: 'create', changes })), seconds: 0 }
  expect(planText(report, PLAIN)).toContain(`  +   x:x/x  description ${'x'.repeat(300)} · policy 7 lines\n`)
})

test('nothing to do is said in a line', () => {
  expect(planText({ ...TARGET, plan: planOf(step('ec2:vpc/main')), seconds: 0 }, PLAIN)).toBe(lines`
    shop-dev in us-east-1, account 123456789012

    Nothing to do: 1 resource as wanted.
  `)
})

test('colour is put on when it is asked for', () => {
  const text = planText({ ...TARGET, plan: planOf(vpc), seconds: 0 }, { color: true })
  expect(text).toContain('\u001b[32m+  \u001b[39m ec2:vpc/main')
})

test('a part of a stack is not taken for all of it', () => {
  const part = { ...planOf(subnet), aside: { total: 81, astray: 3 } }
  expect(planText({ ...TARGET, plan: part, seconds: 0 }, PLAIN)).toContain(
    'Plan: 1 to update.\nThe rest of the stack is left alone: 81 resources, 3 of them not as wanted.',
  )
  expect(planDocument(TARGET, part).leftAlone).toEqual({ total: 81, astray: 3 })
  expect(planDocument(TARGET, planOf(subnet))).not.toHaveProperty('leftAlone')
})
