import { describe, expect, test } from 'vitest'
import { bucketNameOf } from '../../src/aws/names.ts'
import { SWEEP_ACTIONS } from '../../src/aws/sweep/index.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { actionsAllow } from '../support/iam-actions.ts'
import { fail } from '../support/scripted.ts'
import { arnOf, emptyAccount, hints, left, services, Tags, why } from './sweep-services.ts'

const { ec2, elbv2, autoscaling, iam, logs, s3, tagging } = services
emptyAccount()

const ec2Arn = (what: string) => arnOf('ec2', what)
const elbArn = (what: string) => arnOf('elasticloadbalancing', what)
/** Whether a call asks by our tag, and not by id. */
const byTag = (input: object) => JSON.stringify(input).includes('tag:ecom-infra:stack')
const nat = (State: string) => ({ NatGateways: [{ NatGatewayId: 'nat-1', State, Tags }] })

test('an empty account: each service is asked once, all of it declared, and nothing is changed', async () => {
  expect(await left(fakeCtx())).toEqual([])
  const calls = Object.entries(services).flatMap(([name, service]) => service.called().map((call) => `${name}:${call}`))
  expect(calls.filter((call) => !actionsAllow(SWEEP_ACTIONS, call))).toEqual([])
  expect(calls.filter((call) => !/:(Describe|List|Get)/.test(call))).toEqual([])
  expect(calls.length).toBeLessThan(50)
})

describe('hints of the tagging API', () => {
  test('a ghost is dropped: its own service does not know it', async () => {
    tagging.answers(hints(ec2Arn('subnet/subnet-1'), ec2Arn('snapshot/snap-1'), elbArn('listener/app/web/1/2')))
    elbv2.answers({ DescribeListeners: () => fail('ListenerNotFoundException') })
    expect(await left(fakeCtx())).toEqual([])
  })

  test('what the listing by tag does not show yet is found by its id', async () => {
    tagging.answers(hints(ec2Arn('subnet/subnet-1')))
    ec2.answers({ DescribeSubnets: (input) => (byTag(input) ? {} : { Subnets: [{ SubnetId: 'subnet-1', Tags }] }) })
    expect(await left(fakeCtx())).toEqual([{ type: 'ec2:subnet', id: 'subnet-1', why, monthlyUsd: 0 }])
  })

  test('one whose tag was taken away is not ours any more', async () => {
    tagging.answers(hints(ec2Arn('subnet/subnet-1')))
    ec2.answers({ DescribeSubnets: (input) => (byTag(input) ? {} : { Subnets: [{ SubnetId: 'subnet-1', Tags: [] }] }) })
    expect(await left(fakeCtx())).toEqual([])
  })

  test.each([
    ['launch-template/lt-1', 'DescribeLaunchTemplates', 'InvalidLaunchTemplateId.NotFound'],
    ['vpc-endpoint/vpce-1', 'DescribeVpcEndpoints', 'InvalidVpcEndpointId.NotFound'],
  ])('a ghost that fails the call: %s', async (what, operation, code) => {
    tagging.answers(hints(ec2Arn(what)))
    ec2.answers({ [operation]: (input: object) => (byTag(input) ? {} : fail(code)) })
    expect(await left(fakeCtx())).toEqual([])
  })

  test('a listener of ours on a balancer that is not', async () => {
    const ListenerArn = elbArn('listener/app/web/1/2')
    tagging.answers(hints(ListenerArn))
    elbv2.answers({
      DescribeListeners: () => ({ Listeners: [{ ListenerArn }] }),
      DescribeTags: () => ({ TagDescriptions: [{ ResourceArn: ListenerArn, Tags }] }),
    })
    expect(await left(fakeCtx())).toMatchObject([{ type: 'elbv2:listener', id: ListenerArn }])
  })

  test('of a kind that nothing here makes: named, and said not to be certain', async () => {
    const arn = arnOf('elasticache', 'cluster:main')
    tagging.answers(hints(arn))
    const [one] = await left(fakeCtx())
    expect(one).toMatchObject({ type: 'elasticache:cluster', id: arn, monthlyUsd: null })
    expect(one?.why).toContain('may be late')
  })

  test('every page is read, empty ones too', async () => {
    const pages = [
      { PaginationToken: '1' },
      { PaginationToken: '2', ResourceTagMappingList: [] },
      hints('arn:aws:sqs:r:1:t').GetResources(),
    ]
    tagging.answers({ GetResources: (_, nth) => ({ PaginationToken: '', ...pages[nth - 1] }) })
    expect(await left(fakeCtx())).toHaveLength(1)
  })

  test.each([
    ['denied', () => fail('AccessDeniedException', 'no', 400)],
    ['missing in an emulator', () => fail('NotImplemented', 'no', 501)],
  ])('%s: the services alone have to do, and that is said', async (_, refuse) => {
    const ctx = fakeCtx()
    tagging.answers({ GetResources: refuse })
    ec2.answers({ DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }) })
    expect(await left(ctx)).toMatchObject([{ id: 'vpc-1' }])
    expect(ctx.notes[0]).toContain('lists of tags')
  })
})

test("EC2's own list of tags shows kinds that nothing else lists", async () => {
  const tag = { ResourceId: 'snap-1', ResourceType: 'snapshot', Key: 'ecom-infra:stack', Value: 'shop-dev' }
  ec2.answers({ DescribeTags: () => ({ Tags: [tag, { ...tag, ResourceId: 'snap-2', Value: 'shop-dev-2' }] }) })
  expect(await left(fakeCtx())).toEqual([{ type: 'ec2:snapshot', id: 'snap-1', why, monthlyUsd: null }])
})

describe('time', () => {
  test('what is being deleted is waited for', async () => {
    const ctx = fakeCtx()
    ec2.answers({ DescribeNatGateways: (_, nth) => nat(nth < 4 ? 'deleting' : 'deleted') })
    expect(await left(ctx)).toEqual([])
    expect(ec2.inputsOf('DescribeNatGateways')).toHaveLength(4)
    // What had nothing to show is not asked again.
    expect(ec2.inputsOf('DescribeSubnets')).toHaveLength(1)
    expect(ctx.notes).toEqual(['waiting for AWS to take away ec2:nat-gateway nat-1'])
  })

  test('but not for ever', async () => {
    ec2.answers({ DescribeNatGateways: () => nat('deleting') })
    const [one] = await left(fakeCtx())
    expect(one).toEqual({
      type: 'ec2:nat-gateway',
      id: 'nat-1',
      monthlyUsd: 32.85,
      why: `${why}; AWS takes it away by itself, but has not yet`,
    })
    expect(ec2.inputsOf('DescribeNatGateways')).toHaveLength(31)
  })

  test('what AWS shows for a moment after its end is no leftover', async () => {
    ec2.answers({ DescribeVpcs: (_, nth) => ({ Vpcs: nth < 3 ? [{ VpcId: 'vpc-1', Tags }] : [] }) })
    expect(await left(fakeCtx())).toEqual([])
  })

  test('an interrupt ends the waiting', async () => {
    const stop = new AbortController()
    ec2.answers({
      DescribeNatGateways: () => {
        stop.abort(new Error('Ctrl-C'))
        return nat('deleting')
      },
    })
    await expect(left(fakeCtx({ signal: stop.signal }))).rejects.toThrow('Ctrl-C')
  })
})

test('dead states are no leftovers', async () => {
  ec2.answers({
    DescribeNatGateways: () => ({
      NatGateways: ['deleted', 'failed'].map((State) => ({ NatGatewayId: State, State, Tags })),
    }),
    DescribeInstances: () => ({
      Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' }, Tags }] }],
    }),
    DescribeVpcEndpoints: () => ({ VpcEndpoints: [{ VpcEndpointId: 'vpce-1', State: 'deleted', Tags }] }),
    DescribeVolumes: () => ({ Volumes: [{ VolumeId: 'vol-1', State: 'deleted', Tags }] }),
  })
  expect(await left(fakeCtx())).toEqual([])
})

/** One of each kind that costs money by standing there. */
const costly = () => {
  const instance = (InstanceId: string, InstanceType: 'm5.large' | 'mac1.metal', Name: 'running' | 'stopped') => ({
    ...{ InstanceId, InstanceType, State: { Name }, Tags },
  })
  ec2.answers({
    DescribeInstances: () => ({
      Reservations: [
        {
          Instances: [
            ...[instance('i-1', 'm5.large', 'running'), instance('i-2', 'm5.large', 'stopped')],
            instance('i-3', 'mac1.metal', 'running'),
          ],
        },
      ],
    }),
    DescribeNatGateways: () => nat('available'),
    DescribeVolumes: () => ({
      Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp3', Size: 100, State: 'available', Tags }],
    }),
    DescribeAddresses: () => ({ Addresses: [{ AllocationId: 'eipalloc-1', Tags }] }),
    DescribeVpcEndpoints: () => ({
      VpcEndpoints: [
        { VpcEndpointId: 'vpce-1', VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'], State: 'available', Tags },
      ],
    }),
  })
}

const costsIn = async (region: string) =>
  Object.fromEntries((await left(fakeCtx({ region }))).map(({ id, monthlyUsd }) => [id, monthlyUsd]))

test('what costs money says how much; what has no price says that it is not known', async () => {
  costly()
  expect(await costsIn('us-east-1')).toEqual({
    ...{ 'eipalloc-1': 3.65, 'nat-1': 32.85, 'i-1': 70.08, 'i-2': 0, 'i-3': null, 'vol-1': 8, 'vpce-1': 14.6 },
  })
})

test('the prices are those of the region; where there are none, nothing is known', async () => {
  costly()
  expect(await costsIn('eu-central-1')).toEqual({
    ...{ 'eipalloc-1': 3.65, 'nat-1': 37.96, 'i-1': 83.95, 'i-2': 0, 'i-3': null, 'vol-1': 9.52, 'vpce-1': 17.52 },
  })
  const unknown = { 'eipalloc-1': null, 'nat-1': null, 'i-1': null, 'i-3': null, 'vol-1': null, 'vpce-1': null }
  expect(await costsIn('sa-west-1')).toEqual({ ...unknown, 'i-2': 0 })
})

test("a stranger's interface in our network is named once, with whose it is", async () => {
  const eni = (NetworkInterfaceId: string, more: object = {}) => ({
    NetworkInterfaceId,
    VpcId: 'vpc-1',
    Description: 'RDSNetworkInterface',
    ...more,
  })
  ec2.answers({
    DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }),
    DescribeNetworkInterfaces: (input) => ({
      NetworkInterfaces: byTag(input)
        ? [eni('eni-1', { TagSet: Tags })]
        : [eni('eni-1', { TagSet: Tags }), eni('eni-2', { RequesterManaged: true })],
    }),
  })
  expect((await left(fakeCtx())).map(({ id, why }) => [id, why])).toEqual([
    ['eni-1', why],
    ['eni-2', 'it is in our VPC vpc-1: RDSNetworkInterface; AWS takes it away by itself, but has not yet'],
    ['vpc-1', why],
  ])
})

test('a group that is being deleted is waited for', async () => {
  const group = { AutoScalingGroupName: 'shop-dev-web', Tags }
  autoscaling.answers({
    DescribeAutoScalingGroups: (_, nth) => ({
      AutoScalingGroups: nth < 5 ? [{ ...group, Status: 'Delete in progress' }] : [],
    }),
  })
  expect(await left(fakeCtx())).toEqual([])
  autoscaling.answers({ DescribeAutoScalingGroups: () => ({ AutoScalingGroups: [group] }) })
  expect(await left(fakeCtx())).toMatchObject([{ type: 'autoscaling:group', id: 'shop-dev-web' }])
})

test('load balancing: tags 20 at a time, and one that goes meanwhile hides no other', async () => {
  const arns = Array.from({ length: 25 }, (_, n) => elbArn(`targetgroup/t/${n}`))
  elbv2.answers({
    DescribeTargetGroups: () => ({ TargetGroups: arns.map((TargetGroupArn) => ({ TargetGroupArn })) }),
    DescribeTags: (input) => {
      const { ResourceArns = [] } = input as { ResourceArns?: string[] }
      if (ResourceArns.length > 20) return fail('ValidationError')
      if (ResourceArns.includes(arns[3]!)) return fail('TargetGroupNotFoundException')
      return {
        TagDescriptions: ResourceArns.map((ResourceArn) => ({
          ResourceArn,
          Tags: ResourceArn === arns[4] ? Tags : [],
        })),
      }
    },
  })
  expect(await left(fakeCtx())).toMatchObject([{ type: 'elbv2:target-group', id: arns[4] }])
})

test('IAM by its path: not that of another region, even where a listing shows it', async () => {
  const role = (RoleName: string, region: string) => ({ RoleName, Path: `/ecom-infra/shop-dev/${region}/` })
  iam.answers({ ListRoles: () => ({ Roles: [role('here', 'us-east-1'), role('there', 'eu-west-1')] }) })
  expect(await left(fakeCtx())).toEqual([
    { type: 'iam:role', id: 'here', why: 'its path is /ecom-infra/shop-dev/us-east-1/', monthlyUsd: 0 },
  ])
  expect(iam.inputsOf('ListRoles')[0]).toMatchObject({ PathPrefix: '/ecom-infra/shop-dev/us-east-1/' })
})

describe('log groups', () => {
  test('one that a late writer has made again has no tags, but its name', async () => {
    logs.answers({
      DescribeLogGroups: () => ({
        logGroups: [{ logGroupName: '/ecom-infra/shop-dev/web/access', storedBytes: 10 * 1024 ** 3 }],
      }),
    })
    expect(await left(fakeCtx())).toEqual([
      {
        type: 'logs:log-group',
        id: '/ecom-infra/shop-dev/web/access',
        why: 'its name begins with /ecom-infra/shop-dev/',
        monthlyUsd: 0.3,
      },
    ])
  })

  test('one of another name is found by its tag, and not its longer sibling', async () => {
    tagging.answers(hints('arn:aws:logs:us-east-1:123456789012:log-group:/aws/rds/shop'))
    logs.answers({
      DescribeLogGroups: ({ logGroupNamePrefix }) =>
        logGroupNamePrefix === '/aws/rds/shop'
          ? { logGroups: [{ logGroupName: '/aws/rds/shop' }, { logGroupName: '/aws/rds/shop-2' }] }
          : {},
    })
    expect(await left(fakeCtx())).toMatchObject([{ id: '/aws/rds/shop', why }])
  })
})

describe('buckets', () => {
  const tail = '-123456789012-us-east-1'
  const run = async (names: string[], tagsOf: (name: string) => unknown, place: object = {}) => {
    s3.answers({
      ListBuckets: () => ({ Buckets: names.map((Name) => ({ Name })) }),
      GetBucketTagging: ({ Bucket }) => tagsOf(Bucket as string),
    })
    return (await left(fakeCtx(place))).map(({ id }) => id)
  }
  const tagged = (stack: string) => ({ TagSet: [{ Key: 'ecom-infra:stack', Value: stack }] })

  test('ours by name and tag; others are not even asked', async () => {
    const names = [
      `shop-dev-assets${tail}`,
      `shop-dev-2-assets${tail}`,
      `ecom-infra-state${tail}`,
      'shop-dev-assets-999999999999-us-east-1',
    ]
    const found = await run(names, (name) => tagged(name.startsWith('shop-dev-2') ? 'shop-dev-2' : 'shop-dev'))
    expect(found).toEqual([names[0]])
    expect(new Set(s3.inputsOf('GetBucketTagging').map(({ Bucket }) => Bucket))).toEqual(new Set(names.slice(0, 2)))
  })

  test('under a name that was cut', async () => {
    const place = { stack: 'a-stack-with-a-long-long-name-dev', region: 'ap-southeast-1' }
    const name = bucketNameOf(place.stack, 'assets', '123456789012', place.region)
    expect(name).not.toContain(place.stack)
    expect(await run([name], () => tagged(place.stack), place)).toEqual([name])
    expect(await run([name], () => tagged(place.stack), { ...place, region: 'us-east-1' })).toEqual([])
  })

  test('of another region is not left over in this one, whatever hints at it, and is not asked', async () => {
    const here = `shop-dev-assets${tail}`
    const there = 'shop-dev-assets-123456789012-eu-central-1'
    tagging.answers(hints(`arn:aws:s3:::${here}`, `arn:aws:s3:::${there}`, 'arn:aws:s3:::named-otherwise'))
    const regions = { [here]: 'us-east-1', [there]: 'eu-central-1', 'named-otherwise': 'eu-central-1' }
    // An endpoint that does not know the filter names them all.
    for (const filters of [true, false]) {
      s3.answers({
        ListBuckets: ({ BucketRegion: wanted }) => ({
          Buckets: Object.entries(regions).flatMap(([Name, BucketRegion]) => {
            if (!filters) return { Name, BucketRegion }
            return wanted === undefined || wanted === BucketRegion ? { Name } : []
          }),
        }),
        GetBucketTagging: () => tagged('shop-dev'),
      })
      expect((await left(fakeCtx())).map(({ id }) => id)).toEqual([here])
    }
    expect(new Set(s3.inputsOf('GetBucketTagging').map(({ Bucket }) => Bucket))).toEqual(new Set([here]))
  })

  test('without tags, or gone meanwhile: no leftover; tags that may not be read: named', async () => {
    const name = `shop-dev-assets${tail}`
    expect(await run([name], () => fail('NoSuchTagSet', 'no', 404))).toEqual([])
    expect(await run([name], () => fail('NoSuchBucket', 'no', 404))).toEqual([])
    expect(await run([name], () => fail('AccessDenied', 'no', 403))).toEqual([name])
  })
})

test('a listing that an emulator lacks is left out', async () => {
  iam.answers({ ListPolicies: () => fail('NotImplemented', 'no such action', 501) })
  ec2.answers({ DescribeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1', Tags }] }) })
  expect(await left(fakeCtx())).toMatchObject([{ id: 'vpc-1' }])
})

test('any other refusal ends it: then nothing is proved', async () => {
  ec2.answers({ DescribeVpcs: () => fail('InvalidParameterValue', 'not so') })
  await expect(left(fakeCtx())).rejects.toThrow('not so')
})
