import * as asg from '@aws-sdk/client-auto-scaling'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as ssm from '@aws-sdk/client-ssm'
import { cbor } from '@smithy/core/cbor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
let cloud: ec2.EC2Client
let groups: asg.AutoScalingClient
let vpc: string
let subnet: string
const settings = () => ({
  endpoint: account.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
})

beforeAll(async () => {
  account = await freshAccount()
  cloud = new ec2.EC2Client(settings())
  groups = new asg.AutoScalingClient(settings())
  vpc = (await cloud.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId ?? ''
  subnet =
    (await cloud.send(new ec2.CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.1.0/24' }))).Subnet?.SubnetId ?? ''
})

afterAll(() => account.close())

describe('what moto does not have', () => {
  it('is a clean error in every protocol, and asked for once', async () => {
    account.proxy.reset()
    const missing = { name: 'NotImplemented', $metadata: { httpStatusCode: 501, attempts: 1 } }
    await expect(cloud.send(new ec2.GetEbsDefaultKmsKeyIdCommand({}))).rejects.toMatchObject(missing)
    await expect(groups.send(new asg.DescribeAccountLimitsCommand({}))).rejects.toMatchObject(missing)
    const json = new ssm.SSMClient(settings())
    await expect(json.send(new ssm.DescribeInstanceInformationCommand({}))).rejects.toMatchObject(missing)
    const logging = new logs.CloudWatchLogsClient(settings())
    await expect(
      logging.send(new logs.DescribeAccountPoliciesCommand({ policyType: 'DATA_PROTECTION_POLICY' })),
    ).rejects.toMatchObject(missing)
    expect(account.proxy.report().total).toBe(4)
  })

  it('answers REST services and services without a back end in their own shape', async () => {
    const ask = async (service: string, path: string, headers = {}) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=t/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
      const answer = await fetch(account.url + path, { headers: { authorization, ...headers } })
      return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
    }
    const xml = await ask('cloudfront', '/2020-05-31/function')
    expect([xml.status, xml.bytes.toString()]).toEqual([
      501,
      expect.stringContaining('<ErrorResponse><Error><Code>NotImplemented</Code>'),
    ])
    const error = { __type: 'NotImplemented', message: expect.stringContaining('no such service') }
    const json = await ask('pricing', '/', { 'x-amz-target': 'AWSPriceListService.DescribeServices' })
    expect([json.status, JSON.parse(json.bytes.toString())]).toEqual([501, error])
    const binary = await ask('pricing', '/service/x/operation/y', { 'smithy-protocol': 'rpc-v2-cbor' })
    expect([binary.status, cbor.deserialize(binary.bytes)]).toEqual([501, error])
  })
})

describe('EC2 client tokens', () => {
  it('make a repeated call return the first answer, and refuse other parameters', async () => {
    const input = { VpcId: vpc, ClientToken: 'one' }
    const made = await Promise.all([1, 2, 3].map(() => cloud.send(new ec2.CreateRouteTableCommand(input))))
    expect(new Set(made.map((answer) => answer.RouteTable?.RouteTableId)).size).toBe(1)
    const other = {
      ...input,
      TagSpecifications: [{ ResourceType: 'route-table' as const, Tags: [{ Key: 'a', Value: 'b' }] }],
    }
    await expect(cloud.send(new ec2.CreateRouteTableCommand(other))).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    })
    const another = await cloud.send(new ec2.CreateRouteTableCommand({ ...input, ClientToken: 'two' }))
    expect(another.RouteTable?.RouteTableId).not.toBe(made[0]?.RouteTable?.RouteTableId)
  })

  it('do not remember a failure, nor another account', async () => {
    const bad = { VpcId: 'vpc-0bad', ClientToken: 'three' }
    await expect(cloud.send(new ec2.CreateRouteTableCommand(bad))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
    })
    await cloud.send(new ec2.CreateRouteTableCommand({ ...bad, VpcId: vpc }))
    const neighbour = await freshAccount()
    const theirs = new ec2.EC2Client({ ...settings(), endpoint: neighbour.url })
    const input = { VpcId: vpc, ClientToken: 'one' }
    await expect(theirs.send(new ec2.CreateRouteTableCommand(input))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
    })
    await neighbour.close()
  })
})

describe('the network', () => {
  it('a gateway endpoint puts its route into tables that are added, and can be deleted', async () => {
    const table = (await cloud.send(new ec2.CreateRouteTableCommand({ VpcId: vpc }))).RouteTable?.RouteTableId ?? ''
    const input = { VpcId: vpc, ServiceName: 'com.amazonaws.us-east-1.s3', VpcEndpointType: 'Gateway' as const }
    const id = (await cloud.send(new ec2.CreateVpcEndpointCommand(input))).VpcEndpoint?.VpcEndpointId ?? ''
    const targets = async () => {
      const answer = await cloud.send(new ec2.DescribeRouteTablesCommand({ RouteTableIds: [table] }))
      return answer.RouteTables?.[0]?.Routes?.map((route) => route.GatewayId)
    }
    await cloud.send(new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id, AddRouteTableIds: [table] }))
    expect(await targets()).toEqual(['local', id])
    await cloud.send(new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id, RemoveRouteTableIds: [table] }))
    expect(await targets()).toEqual(['local'])
    await cloud.send(new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id, AddRouteTableIds: [table] }))
    await cloud.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
    expect(await targets()).toEqual(['local'])
  })

  it('a deleted NAT gateway frees its address and takes its interface with it', async () => {
    const address = (await cloud.send(new ec2.AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId ?? ''
    const made = await cloud.send(
      new ec2.CreateNatGatewayCommand({ SubnetId: subnet, AllocationId: address, ClientToken: 'nat' }),
    )
    const association = async () =>
      (await cloud.send(new ec2.DescribeAddressesCommand({ AllocationIds: [address] }))).Addresses?.[0]?.AssociationId
    const interfaces = async () => {
      const filter = { Filters: [{ Name: 'subnet-id', Values: [subnet] }] }
      return (await cloud.send(new ec2.DescribeNetworkInterfacesCommand(filter))).NetworkInterfaces?.length
    }
    expect([await association(), await interfaces()]).toEqual([expect.stringContaining('eipassoc-'), 1])
    await cloud.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: made.NatGateway?.NatGatewayId }))
    expect([await association(), await interfaces()]).toEqual([undefined, 0])
    await expect(cloud.send(new ec2.DeleteNatGatewayCommand({ NatGatewayId: 'nat-0' }))).rejects.toMatchObject({
      name: 'NatGatewayNotFound',
    })
  })
})

describe('launch templates and Auto Scaling', () => {
  let template: string
  const userData = (text: string) => Buffer.from(text).toString('base64')
  const data = {
    InstanceType: 't3.micro' as const,
    ImageId: 'ami-03cf127a',
    UserData: userData('one'),
    MetadataOptions: { HttpTokens: 'required' as const },
    Monitoring: { Enabled: true },
    IamInstanceProfile: { Name: 'web' },
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9, Encrypted: true, DeleteOnTermination: true } },
    ],
    TagSpecifications: [{ ResourceType: 'volume' as const, Tags: [{ Key: 'of', Value: 'template' }] }],
  }
  const second = {
    UserData: userData('two'),
    MetadataOptions: { HttpTokens: 'required' as const, HttpPutResponseHopLimit: 2 },
  }
  const group = async () =>
    (await groups.send(new asg.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] })))
      .AutoScalingGroups?.[0]
  const metrics = async () => (await group())?.EnabledMetrics?.map((metric) => metric.Metric) ?? []

  beforeAll(async () => {
    await new iam.IAMClient(settings()).send(new iam.CreateInstanceProfileCommand({ InstanceProfileName: 'web' }))
    const tags = [{ ResourceType: 'launch-template' as const, Tags: [{ Key: 'own', Value: 'yes' }] }]
    const input = { LaunchTemplateName: 'web', LaunchTemplateData: data, TagSpecifications: tags }
    template = (await cloud.send(new ec2.CreateLaunchTemplateCommand(input))).LaunchTemplate?.LaunchTemplateId ?? ''
    const change = { LaunchTemplateId: template, SourceVersion: '1', LaunchTemplateData: second }
    await cloud.send(new ec2.CreateLaunchTemplateVersionCommand(change))
    await groups.send(
      new asg.CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        ...size,
        LaunchTemplate: { LaunchTemplateId: template, Version: '2' },
        DefaultInstanceWarmup: 90,
        VPCZoneIdentifier: subnet,
      }),
    )
  })
  const size = { MinSize: 1, MaxSize: 2 }

  it('a template is read back as it was given, and a new version inherits from its source', async () => {
    const { LaunchTemplateVersions: versions = [] } = await cloud.send(
      new ec2.DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: template }),
    )
    expect(versions[0]?.LaunchTemplateData).toEqual(data)
    expect(versions[1]?.LaunchTemplateData).toEqual({ ...data, ...second })
  })

  it('an instance of a group follows the template', async () => {
    const id = (await group())?.Instances?.[0]?.InstanceId ?? ''
    const instance = (await cloud.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations?.[0]
      ?.Instances?.[0]
    expect(instance).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      Monitoring: { State: 'enabled' },
      IamInstanceProfile: { Arn: `arn:aws:iam::${account.id}:instance-profile/web` },
    })
    // AWS takes the interface of a launch away with its instance, whether or not the template says so.
    expect(instance?.NetworkInterfaces?.[0]?.Attachment?.DeleteOnTermination).toBe(true)
    const filter = { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }
    const { Volumes: volumes = [] } = await cloud.send(new ec2.DescribeVolumesCommand(filter))
    expect(volumes.map(({ Size, Encrypted, Tags }) => ({ Size, Encrypted, Tags }))).toEqual([
      { Size: 9, Encrypted: true, Tags: [{ Key: 'of', Value: 'template' }] },
    ])
  })

  it('a taken name is refused, and the warm-up can be read back and unset', async () => {
    const again = {
      AutoScalingGroupName: 'web',
      ...size,
      LaunchTemplate: { LaunchTemplateId: template },
      VPCZoneIdentifier: subnet,
    }
    await expect(groups.send(new asg.CreateAutoScalingGroupCommand(again))).rejects.toMatchObject({
      name: 'AlreadyExistsFault',
    })
    expect((await group())?.DefaultInstanceWarmup).toBe(90)
    await groups.send(
      new asg.UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: 'web',
        DefaultInstanceWarmup: -1,
        DefaultCooldown: 77,
      }),
    )
    expect([(await group())?.DefaultInstanceWarmup, (await group())?.DefaultCooldown]).toEqual([undefined, 77])
  })

  it('metrics are enabled, read back and disabled', async () => {
    const name = { AutoScalingGroupName: 'web' }
    const some = { ...name, Granularity: '1Minute', Metrics: ['GroupTotalInstances'] }
    await groups.send(new asg.EnableMetricsCollectionCommand(some))
    expect(await metrics()).toEqual(['GroupTotalInstances'])
    await groups.send(new asg.EnableMetricsCollectionCommand({ ...name, Granularity: '1Minute' }))
    expect(await metrics()).toHaveLength(20)
    await groups.send(new asg.DisableMetricsCollectionCommand({ ...name, Metrics: ['GroupTotalInstances'] }))
    expect(await metrics()).not.toContain('GroupTotalInstances')
    await groups.send(new asg.DisableMetricsCollectionCommand(name))
    expect(await metrics()).toEqual([])
  })

  it('a refresh replaces the instances, does not run twice at once, and can be cancelled', async () => {
    const name = { AutoScalingGroupName: 'web' }
    const old = (await group())?.Instances?.[0]?.InstanceId
    const status = async () =>
      (await groups.send(new asg.DescribeInstanceRefreshesCommand(name))).InstanceRefreshes?.map(
        (refresh) => refresh.Status,
      )
    await groups.send(new asg.StartInstanceRefreshCommand(name))
    await expect(groups.send(new asg.StartInstanceRefreshCommand(name))).rejects.toMatchObject({
      name: 'InstanceRefreshInProgressFault',
    })
    expect([await status(), await status(), await status()]).toEqual([['Pending'], ['InProgress'], ['Successful']])
    expect((await group())?.Instances?.[0]?.InstanceId).not.toBe(old)
    await groups.send(new asg.StartInstanceRefreshCommand(name))
    await groups.send(new asg.CancelInstanceRefreshCommand(name))
    expect([await status(), await status()]).toEqual([
      ['Cancelling', 'Successful'],
      ['Cancelled', 'Successful'],
    ])
    await expect(groups.send(new asg.CancelInstanceRefreshCommand(name))).rejects.toMatchObject({
      name: 'ActiveInstanceRefreshNotFoundFault',
    })
  })
})
