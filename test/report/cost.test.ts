import { describe, expect, test } from 'vitest'
import { draw } from '../../src/blueprints/index.ts'
import { checkConfig } from '../../src/config/check.ts'
import type { Config } from '../../src/config/schema.ts'
import { SIZES_ASKED } from '../../src/config/wizard/sizes.ts'
import type { Node } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { Step } from '../../src/engine/steps.ts'
import { monthlyUsd } from '../../src/report/cost.ts'
import { downPlanText } from '../../src/report/down-text.ts'
import { planDocument } from '../../src/report/plan-document.ts'
import { planText } from '../../src/report/plan-text.ts'
import { lines, live, PLAIN, planOf, step, TARGET } from './steps.ts'

const wanted = (address: Address, spec: object, rest: Partial<Step> = {}) =>
  step(address, { action: 'create', node: { spec } as Node, ...rest })

/** Is there with one spec, and wanted with another; null: wanted no more. */
const there = (address: Address, id: string, had: object, spec: object | null = had) =>
  step(address, {
    ...{ action: spec === null ? 'delete' : spec === had ? 'none' : 'update', live: { ...live(id), spec: had } },
    node: spec === null ? null : ({ spec } as Node),
  })

const server = {
  ...{ instanceType: 't3.micro', publicIp: true, detailedMonitoring: true },
  rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
}
const database = {
  ...{ instanceClass: 'db.t3.micro', multiAz: false, storageGb: 20, managedPassword: true },
  ...{ publiclyAccessible: false, performanceInsightsDays: 7 },
}
const template = wanted('ec2:launch-template/web', server)
const group = { minSize: 1, maxSize: 3, launchTemplateId: { $ref: 'ec2:launch-template/web', field: 'id' } }
const balancer = { scheme: 'internet-facing', subnetIds: ['subnet-1', 'subnet-2'] }

const priceOf = (...steps: readonly Step[]) => monthlyUsd(planOf(...steps), 'us-east-1')

function configOf(web: object): Config {
  const checked = checkConfig({ name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce', web })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return checked.config
}

/** All that the blueprint draws, as it is made. */
function drawn(config: Config): readonly Step[] {
  const graph = draw(config, {
    ...{ account: '123456789012', partition: 'aws', region: 'us-east-1', images: { x86_64: 'ami-1' }, tls: true },
    zones: ['us-east-1a', 'us-east-1b'],
  })
  return [...graph.nodes.values()].map((node) => step(node.address, { action: 'create', node }))
}

describe('what each kind costs in us-east-1', () => {
  // A t3.micro at 0.0104 an hour, 8 GB at 0.08, an address at 0.005 an hour, seven metrics at 0.30.
  const SERVER = 7.59 + 0.64 + 3.65 + 2.1
  const cases: readonly (readonly [Address, object, number])[] = [
    ['ec2:nat-gateway/a', {}, 32.85],
    ['ec2:elastic-ip/a', {}, 3.65],
    ['ec2:instance/bastion', server, SERVER],
    ['ec2:instance/quiet', { ...server, publicIp: false, detailedMonitoring: false }, 7.59 + 0.64],
    ['elbv2:load-balancer/web', balancer, 16.43 + 2 * 3.65],
    ['elbv2:load-balancer/inner', { ...balancer, scheme: 'internal' }, 16.43],
    ['rds:instance/main', database, 13.14 + 2.3 + 0.4],
    ['rds:instance/two', { ...database, multiAz: true, managedPassword: false }, 26.28 + 4.6],
    ['kms:key/main', {}, 1],
    ['cloudwatch:alarm/cpu', { periodSeconds: 60 }, 0.1],
    ['cloudwatch:dashboard/main', {}, 3],
    ['ec2:vpc-endpoint/ssm', { subnetIds: ['subnet-1', 'subnet-2'] }, 14.6],
    ['ec2:vpc-endpoint/s3', { routeTableIds: ['rtb-1'] }, 0],
    ['dynamodb:table/sessions', {}, 0],
    ['efs:file-system/shared', {}, 0],
  ]
  test.each(cases)('%s', (address, spec, usd) => {
    expect(priceOf(wanted(address, spec))).toMatchObject({ before: 0, after: Number(usd.toFixed(2)), unknown: [] })
  })

  test('a group costs its servers, from the fewest to the most', () => {
    expect(priceOf(template, wanted('autoscaling:group/web', group))).toMatchObject({
      ...{ after: 13.98, afterAtMost: 41.94, unknown: [] },
    })
    const empty = { ...group, minSize: 0, maxSize: 0 }
    expect(priceOf(template, wanted('autoscaling:group/web', empty))).toMatchObject({ after: 0, afterAtMost: 0 })
  })
})

describe('before and after', () => {
  test('what stands, and what will: changed, new, gone, and as it was', () => {
    const bill = priceOf(
      there('ec2:instance/bastion', 'i-1', server, { ...server, instanceType: 't3.small' }),
      wanted('ec2:nat-gateway/a', {}),
      there('kms:key/main', 'key-1', {}, null),
      there('cloudwatch:dashboard/main', 'main', {}),
    )
    expect(bill).toMatchObject({ before: 13.98 + 1 + 3, after: Number((13.98 + 7.59 + 32.85 + 3).toFixed(2)) })
  })

  test('a group that is there finds its template by its id', () => {
    const had = { ...group, launchTemplateId: 'lt-1' }
    const bill = priceOf(
      there('ec2:launch-template/web', 'lt-1', server, { ...server, instanceType: 't3.small' }),
      there('autoscaling:group/web', 'web', had, group),
    )
    expect(bill).toMatchObject({ before: 13.98, after: 21.57, unknown: [] })
  })

  test('what is not ours, or has failed, is not on the bill; what an earlier run left is', () => {
    const nat = (id: string, rest: object = {}) => ({ ...live(id), ...rest })
    const stands = (one: ReturnType<typeof nat>, older: Step['older'] = []) =>
      priceOf(wanted('ec2:nat-gateway/a', {}, { live: one, older })).before
    expect(stands(nat('nat-1'))).toBe(32.85)
    expect(stands(nat('nat-1', { ours: false }))).toBe(0)
    expect(stands(nat('nat-1', { failed: 'no address' }))).toBe(0)
    expect(stands(nat('nat-2'), [nat('nat-1')])).toBe(65.7)
  })

  test('what lives in another region has the prices from there', () => {
    const place = { region: 'eu-central-1', account: null }
    expect(priceOf(wanted('ec2:nat-gateway/a', {}, { place })).after).toBe(37.96)
  })
})

describe('what is not known', () => {
  test.each<readonly [Address, object, string]>([
    ['rds:instance/main', { ...database, instanceClass: 'db.x9.huge' }, 'rds:instance/main (db.x9.huge)'],
    ['rds:instance/main', { ...database, performanceInsightsDays: 31 }, 'rds:instance/main (Performance Insights)'],
    ['ec2:instance/b', { ...server, instanceType: 'x9.huge' }, 'ec2:instance/b (x9.huge)'],
    ['ec2:instance/b', { ...server, rootVolume: { type: 'io2', sizeGb: 8 } }, 'ec2:instance/b (its disk)'],
    ['autoscaling:group/web', { ...group, launchTemplateId: 'lt-9' }, 'autoscaling:group/web (servers)'],
    ['cloudwatch:alarm/fast', { periodSeconds: 10 }, 'cloudwatch:alarm/fast (alarm)'],
    ['quantum:computer/one', {}, 'quantum:computer/one'],
  ])('%s is named and in no sum: %j', (address, spec, unknown) => {
    const { after, unknown: named } = priceOf(wanted(address, spec), wanted('kms:key/main', {}))
    expect(named).toEqual([unknown])
    expect(after).toBeGreaterThanOrEqual(1)
    expect(priceOf(wanted('quantum:computer/one', {})).after).toBeNull()
  })

  test('without a table all that costs is unknown, and nothing of it is 0', () => {
    const bill = monthlyUsd(planOf(wanted('ec2:nat-gateway/a', {}), wanted('ec2:vpc/main', {})), 'sa-west-1')
    expect(bill).toMatchObject({ after: null, afterAtMost: null, asOf: null, source: null })
    expect(bill.unknown).toEqual(['ec2:nat-gateway/a (NAT gateway)'])
  })

  test('everything that the blueprint draws has a price in us-east-1', () => {
    const steps = drawn(configOf({}))
    const bill = priceOf(...steps)
    expect(bill.unknown).toEqual([])
    // One NAT gateway and its address, a balancer with two, and a server at least.
    expect(bill.after).toBeGreaterThan(32.85 + 3.65 + 16.43 + 2 * 3.65 + 7.59)
    expect(bill.uses).toContainEqual({ what: 'traffic through NAT', usd: 0.045, per: 'GB' })
  })
})

test.each(['public', 'private'] as const)('the wizard says of one %s server what the plan does', (placement) => {
  const most = (maxSize: number) => priceOf(...drawn(configOf({ placement, maxSize }))).afterAtMost ?? 0
  const shown = SIZES_ASKED.find(({ title }) => title === 'Web servers')?.show(configOf({ placement }))
  expect(shown).toBe(`t3.micro, $${(most(2) - most(1)).toFixed(2)} a month each`)
})

describe('how it is told', () => {
  const tail = (plan: ReturnType<typeof planOf>, region = 'us-east-1') =>
    planText({ ...TARGET, region, plan, seconds: 400 }, PLAIN)
      .split('\n\n')
      .at(-1)
  const asOf = monthlyUsd(planOf(), 'us-east-1').asOf

  test('a first time: the sum, the range, what comes on top, and of what day it is', () => {
    const plan = planOf(
      ...[template, wanted('autoscaling:group/web', group), wanted('elbv2:load-balancer/web', balancer)],
      ...[wanted('ec2:nat-gateway/a', {}), wanted('ec2:elastic-ip/nat-a', {}), wanted('s3:bucket/assets', {})],
    )
    expect(tail(plan)?.replace(asOf ?? '', 'DAY')).toBe(lines`
      Plan: 6 to create.
      On AWS this typically takes about 7 minutes.
      On AWS it costs about $74.21 a month ($102.17 with all servers running).
      What is used comes on top: traffic out $0.09/GB, traffic through NAT $0.045/GB,
      storage and requests.
      AWS public price feed, us-east-1, DAY or later; free tiers not counted.
    `)
  })

  test('a change: how much more or less', () => {
    const small = { ...server, instanceType: 't3.small' }
    const more = tail(planOf(there('ec2:instance/b', 'i-1', server, small)))
    expect(more).toContain('On AWS it costs about $21.57 a month, $7.59 more than the $13.98 until now.\n')
    const less = tail(planOf(there('ec2:instance/b', 'i-1', small, server)))
    expect(less).toContain('On AWS it costs about $13.98 a month, $7.59 less than the $21.57 until now.\n')
    const same = tail(planOf(there('ec2:instance/b', 'i-1', server, { ...server, imageId: 'ami-2' })))
    expect(same).toContain('On AWS it costs about $13.98 a month, as before.\n')
  })

  test('what is not known makes it "at least", and no difference is told of what cannot be compared', () => {
    const odd = { ...server, instanceType: 'x9.huge' }
    const text = tail(planOf(there('ec2:instance/b', 'i-1', server, odd)))
    expect(text).toContain('On AWS it costs at least $6.39 a month; until now about $13.98.\n')
    expect(text).toContain('Not known, and not counted: ec2:instance/b (x9.huge).\n')
  })

  test('where nothing is known, that is said, and no sum', () => {
    const text = tail(planOf(wanted('ec2:nat-gateway/a', {})), 'sa-west-1')
    expect(text).toContain('What it will cost a month is not known.\n')
    expect(text).toContain('There is no price table for sa-west-1.')
    expect(text).not.toContain('$')
  })

  test('what is free says nothing', () => {
    expect(tail(planOf(wanted('ec2:vpc/main', {})))).not.toContain('$')
  })

  test('no line is longer than a page is wide', () => {
    const many = Array.from({ length: 12 }, (_, n) => wanted(`quantum:computer/number-${n}`, {}))
    const plan = planOf(...many, wanted('logs:log-group/web', {}), wanted('ec2:nat-gateway/a', {}))
    const wide = (tail(plan, 'ap-southeast-1') ?? '').split('\n').filter((line) => line.length > 80)
    expect(wide).toEqual([])
  })

  test('a teardown says what it saves', () => {
    const text = (...steps: readonly Step[]) =>
      downPlanText(
        { ...TARGET, plan: planOf(...steps), layers: new Map(), farewells: new Map(), deleteData: true, seconds: 60 },
        PLAIN,
      )
    const nat = there('ec2:nat-gateway/a', 'nat-1', {}, null)
    expect(text(nat)).toContain('\nThat saves about $32.85 a month, and what use costs.')
    expect(text(nat, there('quantum:computer/one', 'q-1', {}, null))).toContain('\nThat saves at least $32.85 a month')
    expect(text(there('ec2:vpc/main', 'vpc-1', {}, null))).not.toContain('saves')
  })

  test('the document has it too', () => {
    const plan = planOf(wanted('ec2:nat-gateway/a', {}), there('quantum:computer/one', 'q-1', {}, null))
    expect(planDocument(TARGET, plan).monthlyUsd).toEqual({
      ...{ before: null, after: 32.85, afterAtMost: 32.85, unknown: ['quantum:computer/one'] },
      uses: [
        { what: 'traffic through NAT', usd: 0.045, per: 'GB' },
        { what: 'traffic out', usd: 0.09, per: 'GB' },
      ],
      ...{ asOf, source: expect.stringContaining('AWS public price feed') },
    })
  })
})
