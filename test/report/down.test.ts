import { describe, expect, test } from 'vitest'
import { Interrupted } from '../../src/engine/errors.ts'
import type { Layer } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { Farewell } from '../../src/engine/resource.ts'
import { type DownReport, downDocument } from '../../src/report/down-document.ts'
import { type DownPlanReport, downPlanText } from '../../src/report/down-text.ts'
import { planDocument } from '../../src/report/plan-document.ts'
import { receiptText } from '../../src/report/receipt-text.ts'
import { explain, fate, lines, live, PLAIN, planOf, resultOf, step, TARGET } from './steps.ts'

const leaving = (address: Address, id: string) =>
  step(address, { action: 'delete', layer: null, node: null, live: live(id) })

const planReport = (rest: Partial<DownPlanReport> = {}): DownPlanReport => ({
  ...TARGET,
  plan: planOf(
    leaving('s3:bucket/assets', 'shop-dev-assets'),
    leaving('ec2:vpc/main', 'vpc-1'),
    leaving('x:x/x', 'x-1'),
  ),
  layers: new Map<Address, Layer>([
    ['ec2:vpc/main', 'Network'],
    ['s3:bucket/assets', 'Data'],
  ]),
  ...{ farewells: new Map(), deleteData: false, seconds: 300 },
  ...rest,
})

const report = (rest: Partial<DownReport> = {}): DownReport => ({
  stack: 'shop-dev',
  plan: planOf(leaving('ec2:subnet/a', 'subnet-1'), leaving('ec2:vpc/main', 'vpc-1'), leaving('s3:bucket/b', 'b')),
  farewells: new Map(),
  result: resultOf([fate('ec2:vpc/main', { deed: 'delete' }), fate('ec2:subnet/a', { deed: 'delete' })]),
  ...{
    leftovers: [],
    kept: [],
    checked: [],
    unchecked: [],
    explain,
    apiCalls: { total: 60, mutating: 30 },
    durationMs: 61_000,
  },
  ...rest,
})

test('the plan: what goes, by layer, and how long it takes', () => {
  expect(downPlanText(planReport(), PLAIN)).toBe(lines`
    shop-dev in us-east-1, account 123456789012: to be deleted

    Network
      - ec2:vpc/main  vpc-1

    Data
      - s3:bucket/assets  shop-dev-assets

    Others
      - x:x/x  x-1

    3 resources to delete.
    On AWS this typically takes about 5 minutes.
    What that saves a month is not known.
  `)
})

test('the plan: what is lost, and what stands in the way', () => {
  const farewells = new Map<Address, Farewell>([
    ['s3:bucket/assets', { blockers: ['3 objects are in it; --delete-data empties it'], losses: ['3 objects'] }],
    ['ec2:vpc/main', { blockers: ['eni-1 belongs to somebody else'], losses: [] }],
  ])
  expect(downPlanText(planReport({ farewells }), PLAIN).split('\n\n').slice(4).join('\n\n')).toBe(lines`
    What is lost with it
      ! s3:bucket/assets: 3 objects

    What stands in the way
      ! s3:bucket/assets: 3 objects are in it; --delete-data empties it
      ! ec2:vpc/main: eni-1 belongs to somebody else

    Nothing is deleted until what stands in the way has been settled.
  `)
})

test('the plan: what a final snapshot saves', () => {
  const farewell = {
    blockers: [],
    losses: [],
    spared: ['20 GB of storage go into the final snapshot: shop-dev-main-final-1'],
  }
  const farewells = new Map<Address, Farewell>([['rds:instance/main', farewell]])
  expect(downPlanText(planReport({ farewells }), PLAIN)).toContain(
    'What is kept\n  · rds:instance/main: 20 GB of storage go into the final snapshot: shop-dev-main-final-1',
  )
})

test('the plan: data that would be lost hinders all of it, until a word says that it may', () => {
  const farewells = new Map<Address, Farewell>([
    ['s3:bucket/assets', { blockers: [], losses: ['3 objects'], also: ['7 days of backups'] }],
  ])
  const end = (deleteData: boolean) => downPlanText(planReport({ farewells, deleteData }), PLAIN).split('\n\n').slice(4)
  const lost = 'What is lost with it\n  ! s3:bucket/assets: 3 objects\n  · s3:bucket/assets: 7 days of backups'
  expect(end(false)).toEqual([lost, expect.stringMatching(/^Nothing is deleted: .*--delete-data/)])
  expect(end(true)).toEqual([lost, expect.stringContaining('3 resources to delete.')])
})

test('the plan: what goes in any case hinders nothing', () => {
  const farewells = new Map<Address, Farewell>([['s3:bucket/assets', { blockers: [], losses: [], also: ['logs'] }]])
  expect(downPlanText(planReport({ farewells }), PLAIN)).toContain('3 resources to delete.')
})

test('the document of the plan says of each what stands in its way, and what is lost or kept', () => {
  const farewells = new Map<Address, Farewell>([
    ['s3:bucket/assets', { blockers: ['locked'], losses: ['3 objects'], spared: ['20 GB'], also: ['logs'] }],
  ])
  const { steps } = planDocument(TARGET, planReport().plan, farewells)
  expect(steps[0]).toMatchObject({
    ...{ blockers: ['locked'], losses: ['3 objects'], alsoLost: ['logs'], kept: ['20 GB'] },
  })
  expect(steps[1]).toMatchObject({ blockers: [], losses: [], alsoLost: [], kept: [] })
  expect(planDocument(TARGET, planReport().plan).steps[0]).not.toHaveProperty('blockers')
})

test('the plan: nothing there', () => {
  expect(downPlanText(planReport({ plan: planOf() }), PLAIN)).toBe(
    'Nothing of shop-dev is in us-east-1, account 123456789012.',
  )
})

test('the document is the one of cli.md', () => {
  const leftovers = [{ type: 'ec2:network-interface', id: 'eni-1', why: 'in use by a lambda', monthlyUsd: null }]
  const kept = [{ type: 'rds:snapshot', id: 'shop-dev-main-final-1', why: 'a snapshot of 20 GB', monthlyUsd: 1.9 }]
  const farewells = new Map<Address, Farewell>([
    ['ec2:vpc/main', { blockers: [], losses: [], also: ['a view'] }],
    ['s3:bucket/b', { blockers: [], losses: ['what is still there'] }],
  ])
  expect(downDocument(report({ farewells, leftovers, kept, checked: ['EC2: VPCs'] }))).toEqual({
    schema: 'ecom-infra/down/1',
    stack: 'shop-dev',
    summary: { deleted: 2, failed: 0, skipped: 0 },
    gone: [
      { address: 'ec2:subnet/a', type: 'ec2:subnet', id: 'subnet-1' },
      { address: 'ec2:vpc/main', type: 'ec2:vpc', id: 'vpc-1' },
    ],
    lost: [{ address: 'ec2:vpc/main', what: 'a view' }],
    ...{ leftovers, kept, checked: ['EC2: VPCs'], unchecked: [], failures: [], stopped: null },
    apiCalls: { total: 60, mutating: 30 },
    durationMs: 61000,
  })
})

test('the receipt proves that nothing is left', () => {
  const checked = ['EC2: VPCs, subnets, addresses', 'S3: buckets']
  const farewells = new Map<Address, Farewell>([['ec2:vpc/main', { blockers: [], losses: ['3 objects'] }]])
  const kept = [
    { type: 'kms:key', id: 'key-1', why: 'its deletion is scheduled for 2026-11-28', monthlyUsd: 0 },
    { type: 'rds:snapshot', id: 'shop-dev-main-final-1', why: 'a snapshot of 20 GB', monthlyUsd: 1.9 },
    { type: 's3:bucket', id: 'ecom-infra-state-1', why: 'the state of other stacks', monthlyUsd: 0.25 },
  ]
  expect(receiptText(downDocument(report({ farewells, checked, kept })), PLAIN)).toBe(lines`
    ✔ shop-dev: 2 deleted. 1 min 1 s, 60 API calls.

    Gone
      ✔ ec2: subnet a; vpc main

    Lost with it
      · ec2:vpc/main: 3 objects

    Looked through
      ✔ EC2: VPCs, subnets, addresses
      ✔ S3: buckets

    Kept on purpose
      · kms:key key-1: its deletion is scheduled for 2026-11-28 (less than a cent a month)
      · rds:snapshot shop-dev-main-final-1: a snapshot of 20 GB (about $1.90 a month)
      · s3:bucket ecom-infra-state-1: the state of other stacks (about $0.25 a month)
      Together about $2.15 a month.

    ✔ Nothing is left of shop-dev.
  `)
})

test('what is kept and has no price is told as such, and not counted as nothing', () => {
  const one = { type: 'rds:snapshot', id: 'snap-1', why: 'a snapshot of 20 GB', monthlyUsd: null }
  const text = (...kept: DownReport['kept']) => receiptText(downDocument(report({ kept })), PLAIN)
  expect(text(one)).toContain('· rds:snapshot snap-1: a snapshot of 20 GB (what it costs is unknown)')
  expect(text(one)).not.toContain('Together')
  expect(text(one, { ...one, monthlyUsd: 3 })).toContain('Together at least $3.00 a month.')
})

test('the receipt names each leftover', () => {
  const leftovers = [
    { type: 'ec2:network-interface', id: 'eni-1', why: 'in use by a lambda', monthlyUsd: null },
    { type: 'ec2:elastic-ip', id: 'eipalloc-1', why: 'not released', monthlyUsd: 3.6 },
  ]
  expect(receiptText(downDocument(report({ checked: ['EC2: all'], leftovers })), PLAIN)).toBe(lines`
    ✖ shop-dev: 2 deleted. 1 min 1 s, 60 API calls.

    Gone
      ✔ ec2: subnet a; vpc main

    Looked through
      ✔ EC2: all

    Still there
      ✖ ec2:network-interface eni-1: in use by a lambda (what it costs is unknown)
      ✖ ec2:elastic-ip eipalloc-1: not released (about $3.60 a month)

    ✖ 2 things are left of shop-dev.
    The same command goes on from there.
  `)
})

test('after a failure nothing is claimed', () => {
  const result = resultOf([
    fate('ec2:vpc/main', { deed: 'delete', outcome: 'failed', error: new Error('In use.') }),
    fate('ec2:subnet/a', { deed: 'delete', outcome: 'skipped' }),
  ])
  expect(receiptText(downDocument(report({ result, checked: ['EC2: all'] })), PLAIN)).toBe(lines`
    ✖ shop-dev: 1 failed, 1 not done. 1 min 1 s, 60 API calls.

    ✖ ec2:vpc/main: ec2:CreateVpc failed
      VpcLimitExceeded: In use. (request req-1)
      The quota of VPCs is used up.
      Ask for more.

    Looked through
      ✔ EC2: all

    The same command goes on from there.
  `)
})

test('a second time there is nothing to delete', () => {
  expect(receiptText(downDocument(report({ result: resultOf([]) })), PLAIN)).toBe(
    '✔ shop-dev: nothing to delete. 1 min 1 s, 60 API calls.',
  )
})

describe('a listing that was denied', () => {
  const unchecked = [
    { what: 'rds: db snapshots', action: 'rds:DescribeDBSnapshots', error: new Error('The policy says no.') },
  ]
  const document = (rest: Partial<DownReport> = {}) =>
    downDocument(report({ checked: ['EC2: VPCs'], unchecked, ...rest }))

  test('is told with what was lacking and what to do, and then nothing is proved', () => {
    expect(document().unchecked).toEqual([
      {
        ...{ what: 'rds: db snapshots', action: 'rds:DescribeDBSnapshots' },
        ...{ message: 'The quota of VPCs is used up.', hint: 'Ask for more.' },
      },
    ])
    const text = receiptText(document(), PLAIN)
    expect(text.split('\n\n').slice(2)).toEqual([
      'Looked through\n  ✔ EC2: VPCs',
      'Nobody could look through\n  ✖ rds: db snapshots: The quota of VPCs is used up. Ask for more.',
      `✖ Nothing of shop-dev was found in what could be looked through. 1 listing was denied, so that is no proof.
The same command goes on from there.`,
    ])
    expect(text).toMatch(/^✖/)
  })

  test('hides no leftover', () => {
    const leftovers = [{ type: 'ec2:vpc', id: 'vpc-1', why: 'it is ours', monthlyUsd: 0 }]
    expect(receiptText(document({ leftovers }), PLAIN)).toContain('✖ 1 thing is left of shop-dev.')
  })
})

test('after a stop nothing is claimed, whatever was looked through', () => {
  const result = { ...resultOf([fate('ec2:vpc/main', { deed: 'delete' })]), stopped: new Interrupted() }
  const told = receiptText(downDocument(report({ result, checked: ['EC2: VPCs'] })), PLAIN)
  expect(told).toContain('Gone\n  ✔ ec2: vpc main')
  expect(told).not.toContain('Nothing')
})
