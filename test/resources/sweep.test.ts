import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { bucketNameOf } from '../../src/aws/names.ts'
import { toPairs } from '../../src/aws/ownership.ts'
import { type Leftover, sweep } from '../../src/aws/sweep/index.ts'
import { Bench, type World } from '../support/contract.ts'
import { startProxy } from '../support/proxy.ts'
import { stores, watchers } from './sweep-parts.ts'

type Tags = Readonly<Record<string, string>>

/** Makes one of every kind with raw calls, tagged with `tags` or named after `stack`; what it made, by type. */
async function everything(
  { raw, region, account }: Pick<World, 'raw' | 'region' | 'account'>,
  stack: string,
  tags: Tags,
): Promise<Record<string, string>> {
  const Tags = toPairs(tags)
  const born = (ResourceType: string) => ({ TagSpecifications: [{ ResourceType: ResourceType as 'vpc', Tags }] })
  const { ec2, elbv2, iam } = raw
  const VpcId = (await ec2.createVpc({ CidrBlock: '10.9.0.0/16', ...born('vpc') })).Vpc!.VpcId!
  const subnet = async (zone: string, third: number) => {
    const where = { VpcId, CidrBlock: `10.9.${third}.0/24`, AvailabilityZone: `${region}${zone}` }
    return (await ec2.createSubnet({ ...where, ...born('subnet') })).Subnet!.SubnetId!
  }
  const [SubnetId, second] = [await subnet('a', 1), await subnet('b', 2)]
  const gateway = (await ec2.createInternetGateway(born('internet-gateway'))).InternetGateway!.InternetGatewayId!
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId })
  const address = (await ec2.allocateAddress({ Domain: 'vpc', ...born('elastic-ip') })).AllocationId!
  const natInput = { SubnetId, AllocationId: address, ...born('natgateway') }
  const nat = (await ec2.createNatGateway(natInput)).NatGateway!.NatGatewayId!
  const table = (await ec2.createRouteTable({ VpcId, ...born('route-table') })).RouteTable!.RouteTableId!
  const acl = (await ec2.createNetworkAcl({ VpcId, ...born('network-acl') })).NetworkAcl!.NetworkAclId!
  const groupInput = { VpcId, GroupName: `${stack}-any`, Description: 'any', ...born('security-group') }
  const group = (await ec2.createSecurityGroup(groupInput)).GroupId!
  const endpointInput = {
    VpcId,
    ServiceName: `com.amazonaws.${region}.s3`,
    RouteTableIds: [table],
    ...born('vpc-endpoint'),
  }
  const endpoint = (await ec2.createVpcEndpoint(endpointInput)).VpcEndpoint!.VpcEndpointId!
  const eniInput = { SubnetId, ...born('network-interface') }
  const eni = (await ec2.createNetworkInterface(eniInput)).NetworkInterface!.NetworkInterfaceId!
  const stray = (await ec2.createNetworkInterface({ SubnetId, Description: 'theirs' })).NetworkInterface!
    .NetworkInterfaceId!
  const volumeInput = { AvailabilityZone: `${region}a`, Size: 10, VolumeType: 'gp3' as const, ...born('volume') }
  const volume = (await ec2.createVolume(volumeInput)).VolumeId!
  const snapshot = (await ec2.createSnapshot({ VolumeId: volume, ...born('snapshot') })).SnapshotId!
  const run = { ImageId: 'ami-12c6146b', InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1, SubnetId }
  const instance = (await ec2.runInstances({ ...run, ...born('instance') })).Instances![0]!.InstanceId!
  const data = { ImageId: 'ami-12c6146b', InstanceType: 't3.micro' as const }
  const templateInput = { LaunchTemplateName: `${stack}-any`, LaunchTemplateData: data, ...born('launch-template') }
  const template = (await ec2.createLaunchTemplate(templateInput)).LaunchTemplate!.LaunchTemplateId!
  await raw.autoscaling.createAutoScalingGroup({
    ...{ AutoScalingGroupName: `${stack}-any`, MinSize: 0, MaxSize: 0, VPCZoneIdentifier: SubnetId },
    LaunchTemplate: { LaunchTemplateId: template, Version: '$Default' },
    Tags: Tags.map((tag) => ({
      ...tag,
      PropagateAtLaunch: true,
      ResourceId: `${stack}-any`,
      ResourceType: 'auto-scaling-group',
    })),
  })
  const balancerInput = { Name: `${stack}-any`, Subnets: [SubnetId, second], Scheme: 'internal' as const, Tags }
  const balancer = (await elbv2.createLoadBalancer(balancerInput)).LoadBalancers![0]!.LoadBalancerArn!
  const targets = { Name: `${stack}-any`, Protocol: 'HTTP' as const, Port: 80, VpcId, Tags }
  const targetGroup = (await elbv2.createTargetGroup(targets)).TargetGroups![0]!.TargetGroupArn!
  const names = { path: `/ecom-infra/${stack}/${region}/`, name: `${stack}-any` }
  await iam.createRole({ RoleName: names.name, Path: names.path, AssumeRolePolicyDocument: POLICY('sts:AssumeRole') })
  await iam.createInstanceProfile({ InstanceProfileName: names.name, Path: names.path })
  const policyInput = { PolicyName: names.name, Path: names.path, PolicyDocument: POLICY('s3:GetObject') }
  const policy = (await iam.createPolicy(policyInput)).Policy!.Arn!
  await raw.logs.createLogGroup({ logGroupName: `/ecom-infra/${stack}/web/access` })
  const Bucket = bucketNameOf(stack, 'any', account, region)
  await raw.s3.createBucket({ Bucket })
  await raw.s3.putBucketTagging({ Bucket, Tagging: { TagSet: Tags } })
  return {
    ...(await stores({ raw, region, account }, stack, tags, [SubnetId, second])),
    ...(await watchers({ raw, region, account }, stack, tags, VpcId)),
    'ec2:vpc': VpcId,
    'ec2:subnet': SubnetId,
    'ec2:subnet 2': second,
    'ec2:internet-gateway': gateway,
    'ec2:elastic-ip': address,
    'ec2:nat-gateway': nat,
    'ec2:route-table': table,
    'ec2:network-acl': acl,
    'ec2:security-group': group,
    'ec2:vpc-endpoint': endpoint,
    'ec2:network-interface': eni,
    'ec2:network-interface 2': stray,
    'ec2:volume': volume,
    'ec2:snapshot': snapshot,
    'ec2:instance': instance,
    'ec2:launch-template': template,
    'autoscaling:group': `${stack}-any`,
    'elbv2:load-balancer': balancer,
    'elbv2:target-group': targetGroup,
    'iam:role': names.name,
    'iam:instance-profile': names.name,
    'iam:policy': policy,
    'logs:log-group': `/ecom-infra/${stack}/web/access`,
    's3:bucket': Bucket,
  }
}

const POLICY = (action: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      action.startsWith('sts')
        ? { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: action }
        : { Effect: 'Allow', Resource: '*', Action: action },
    ],
  })

const named = (leftovers: readonly Leftover[]) => leftovers.map(({ type, id }) => `${type} ${id}`).sort()

describe('the sweep', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let world: World
  let tags: Tags
  beforeAll(async () => {
    process.env.ECOM_INFRA_PACE = '0.001'
    const account = String(100_000_000_000 + Math.floor(Math.random() * 800_000_000_000))
    proxy = await startProxy({ target: inject('emulatorUrl'), account })
    world = new Bench(proxy.url, account).world
    tags = { 'ecom-infra:stack': world.stack }
  })
  afterAll(() => proxy.close())

  test('finds nothing in an empty account, and changes nothing', async () => {
    expect(await sweep(world.ctx)).toEqual({ leftovers: [], kept: [], unseen: [] })
    expect(proxy.report().changes).toBe(0)
  })

  test("takes nothing of another stack's for ours, even when its name begins with ours", async () => {
    const other = `${world.stack}-qa`
    await everything(world, other, { 'ecom-infra:stack': other })
    expect(await sweep(world.ctx)).toEqual({ leftovers: [], kept: [], unseen: [] })
  })

  test('names one of every kind, with what it costs', async () => {
    const made = await everything(world, world.stack, tags)
    const { leftovers: left } = await sweep(world.ctx)
    const expected = Object.entries(made).map(([type, id]) => `${type.split(' ')[0]} ${id}`)
    // What hangs on those, such as the interface of an instance, is named as well.
    expect(named(left)).toEqual(expect.arrayContaining(expected.sort()))
    const extra = named(left).filter((name) => !expected.includes(name))
    expect(extra.filter((name) => !/^ec2:(network-interface|volume) /.test(name))).toEqual([])
    const of = (type: string) => left.find((one) => one.type === type)
    expect(of('ec2:nat-gateway')?.monthlyUsd).toBe(32.85)
    expect(of('elbv2:load-balancer')?.monthlyUsd).toBe(16.43)
    expect(of('ec2:instance')?.monthlyUsd).toBe(7.59)
    expect(of('ec2:vpc')).toEqual({
      ...{ type: 'ec2:vpc', id: made['ec2:vpc'], monthlyUsd: 0 },
      why: `it carries the tag ecom-infra:stack=${world.stack}`,
    })
  })

  test('counts what is dead as gone', async () => {
    const { ec2, rds, dynamodb, efs } = world.raw
    const { leftovers: left } = await sweep(world.ctx)
    const id = (type: string) => left.find((one) => one.type === type)!.id
    await ec2.deleteNatGateway({ NatGatewayId: id('ec2:nat-gateway') })
    await ec2.terminateInstances({ InstanceIds: [id('ec2:instance')] })
    await ec2.deleteFlowLogs({ FlowLogIds: [id('ec2:flow-log')] })
    await rds.deleteDBInstance({ DBInstanceIdentifier: id('rds:instance'), FinalDBSnapshotIdentifier: 'the-last' })
    await dynamodb.deleteTable({ TableName: id('dynamodb:table') })
    await efs.deleteMountTarget({ MountTargetId: id('efs:mount-target') })
    await efs.deleteFileSystem({ FileSystemId: id('efs:file-system') })
    const types = new Set((await sweep(world.ctx)).leftovers.map(({ type }) => type))
    expect(types.has('ec2:vpc')).toBe(true)
    const gone = ['ec2:nat-gateway', 'ec2:instance', 'ec2:flow-log', 'rds:instance', 'dynamodb:table']
    expect([...gone, 'efs:file-system', 'efs:mount-target'].filter((type) => types.has(type))).toEqual([])
  })

  test('keeps the snapshot of a database and a key that waits for its deletion, and tells what they cost', async () => {
    const { kms, rds } = world.raw
    const { leftovers } = await sweep(world.ctx)
    const KeyId = leftovers.find(({ type }) => type === 'kms:key')!.id
    await kms.deleteAlias({ AliasName: `alias/${world.stack}-any` })
    const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    const swept = await sweep(world.ctx)
    expect(swept.leftovers.filter(({ type }) => /^kms|snapshot/.test(type)).map(({ type }) => type)).toEqual([
      'ec2:snapshot',
    ])
    expect(swept.kept).toMatchObject([
      { type: 'kms:key', id: KeyId, monthlyUsd: 0 },
      { type: 'rds:snapshot', id: 'the-last', monthlyUsd: 1.9 },
    ])
    expect(swept.kept[0]?.why).toContain(DeletionDate!.toISOString().slice(0, 10))
    // Both are there, and the snapshot is the one of the database.
    expect((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState).toBe('PendingDeletion')
    const { DBSnapshots } = await rds.describeDBSnapshots({ DBSnapshotIdentifier: 'the-last' })
    expect(DBSnapshots?.[0]?.DBInstanceIdentifier).toBe(`${world.stack}-any`)
  })
})
