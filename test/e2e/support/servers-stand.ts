import { expect, it } from 'vitest'
import { OURS } from './ours.ts'
import { at, policyIn, tagsIn } from './raw.ts'
import { namesFor, rightsOf, script } from './server-needs.ts'
import type { Stack } from './stack.ts'

const NAME = 'shop-dev-web-us-east-1'
const PATH = '/ecom-infra/shop-dev/us-east-1/'

/** Who the web servers are, how each is made, how many there are, and what is in front of them. */
export function serversStand(open: () => Stack): void {
  it('gives the web servers a role that may do what they need, and no more', async () => {
    const { raw } = open()
    const { Role } = await raw.iam.getRole({ RoleName: NAME })
    expect(Role?.Path).toBe(PATH)
    expect(policyIn(Role?.AssumeRolePolicyDocument)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    })
    const { AttachedPolicies = [] } = await raw.iam.listAttachedRolePolicies({ RoleName: NAME })
    expect(AttachedPolicies.map(({ PolicyName }) => PolicyName).sort()).toEqual([
      'AmazonSSMManagedInstanceCore',
      'CloudWatchAgentServerPolicy',
    ])
    expect((await raw.iam.listRolePolicies({ RoleName: NAME })).PolicyNames).toEqual(['web'])
    const { PolicyDocument } = await raw.iam.getRolePolicy({ RoleName: NAME, PolicyName: 'web' })
    expect(policyIn(PolicyDocument)).toEqual({ Version: '2012-10-17', Statement: await rightsOf(open()) })
    const { InstanceProfile } = await raw.iam.getInstanceProfile({ InstanceProfileName: NAME })
    expect(InstanceProfile).toMatchObject({ Path: PATH, Roles: [{ RoleName: NAME }] })
  })

  it('says in the launch template how a server is made', async () => {
    const { raw, account } = open()
    const { LaunchTemplates } = await raw.ec2.describeLaunchTemplates({ LaunchTemplateNames: ['shop-dev-web'] })
    const { LaunchTemplateId } = at(LaunchTemplates, 'ec2:launch-template/web')
    const { LaunchTemplateVersions = [] } = await raw.ec2.describeLaunchTemplateVersions({
      LaunchTemplateId,
      Versions: ['$Default'],
    })
    const data = LaunchTemplateVersions[0]?.LaunchTemplateData
    const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: OURS })
    const Groups = [at(SecurityGroups, 'ec2:security-group/web').GroupId]
    expect(data).toMatchObject({
      ...{ InstanceType: 't3.micro', ImageId: expect.stringMatching(/^ami-/), Monitoring: { Enabled: true } },
      IamInstanceProfile: { Arn: `arn:aws:iam::${account.id}:instance-profile${PATH}${NAME}` },
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, Groups, DeleteOnTermination: true }],
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', Encrypted: true } }],
    })
    expect(script(data)).toMatch(/^#!\/bin\/bash/)
    expect(script(data).length).toBeLessThan(16_384)
    for (const kind of ['instance', 'volume']) {
      const tags = tagsIn(data?.TagSpecifications?.find(({ ResourceType }) => ResourceType === kind)?.Tags)
      expect(tags).toMatchObject({ 'ecom-infra:stack': 'shop-dev', owner: 'web-team', Name: expect.any(String) })
      expect(tags).not.toHaveProperty('ecom-infra:address')
    }
  })

  it('tells a server what it works with by names, and how it comes to serve', async () => {
    const { raw } = open()
    const { LaunchTemplateVersions = [] } = await raw.ec2.describeLaunchTemplateVersions({
      ...{ LaunchTemplateName: 'shop-dev-web', Versions: ['$Default'] },
    })
    const text = script(LaunchTemplateVersions[0]?.LaunchTemplateData)
    const written = /\/etc\/ecom-infra\.env[^\n]*\n(?:#[^\n]*\n)?((?:[A-Z_]+='[^'\n]*'\n)+)/.exec(text)?.[1] ?? ''
    const names = Object.fromEntries(
      [...written.matchAll(/^([A-Z_]+)='(.*)'$/gm)].map(([, name, value]) => [name, value]),
    )
    expect(names).toEqual(await namesFor(open()))
    expect(text).toMatch(/packages .*nginx/)
    expect(text).toContain('/healthz')
    const { FILES_ID: system, FILES_ACCESS_POINT_ID: point, FILES_DIR: folder } = names
    expect(folder).toBe('/var/www/images')
    expect(text).toContain(`FILE_SYSTEM='${system}'`)
    expect(text).toContain(`ACCESS_POINT='${point}'`)
    expect(text).toMatch(/efs _netdev,nofail,tls,iam,accesspoint=%s/)
    expect(text).toMatch(/aws s3 sync s3:\/\/\S*ASSETS_BUCKET\S* \/var\/www\/static/)
    expect(text).toMatch(/OnBootSec=.*\nOnCalendar=\*-\*-\* \*:\*:00/)
    expect(text).toMatch(/systemctl enable --now \S+\.timer/)
    for (const kind of ['access', 'error', 'system']) expect(text).toContain(`/ecom-infra/shop-dev/web/${kind}`)
    expect(text).toContain('mem_used_percent')
  })

  it('keeps one server, two at most, scales at 70 % CPU, and lets the load balancer judge them', async () => {
    const { raw } = open()
    const { AutoScalingGroups = [] } = await raw.autoscaling.describeAutoScalingGroups({})
    expect(AutoScalingGroups).toHaveLength(1)
    const [group] = AutoScalingGroups
    const { Subnets } = await raw.ec2.describeSubnets({ Filters: OURS })
    const { TargetGroups = [] } = await raw.elbv2.describeTargetGroups({})
    expect(group).toMatchObject({
      ...{ AutoScalingGroupName: 'shop-dev-web', MinSize: 1, MaxSize: 2, DesiredCapacity: 1 },
      ...{ HealthCheckType: 'ELB', LaunchTemplate: { LaunchTemplateName: 'shop-dev-web', Version: '1' } },
      TargetGroupARNs: TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn),
      Instances: [{ LifecycleState: 'InService' }],
    })
    const wanted = ['a', 'b'].map((zone) => at(Subnets, `ec2:subnet/public-${zone}`).SubnetId)
    expect(group?.VPCZoneIdentifier?.split(',').sort()).toEqual(wanted.sort())
    expect(group?.EnabledMetrics?.map(({ Metric }) => Metric).sort()).toEqual(
      [
        ...['GroupDesiredCapacity', 'GroupInServiceInstances', 'GroupMaxSize', 'GroupMinSize', 'GroupPendingInstances'],
        ...['GroupStandbyInstances', 'GroupTerminatingInstances', 'GroupTotalInstances'],
      ].sort(),
    )
    const { ScalingPolicies } = await raw.autoscaling.describePolicies({ AutoScalingGroupName: 'shop-dev-web' })
    expect(ScalingPolicies).toMatchObject([
      {
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
          TargetValue: 70,
        },
      },
    ])
  })

  it('puts a load balancer in the public subnets, which asks for /healthz', async () => {
    const { raw } = open()
    const { LoadBalancers = [] } = await raw.elbv2.describeLoadBalancers({})
    const { Subnets } = await raw.ec2.describeSubnets({ Filters: OURS })
    const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: OURS })
    expect(LoadBalancers).toMatchObject([
      {
        ...{ LoadBalancerName: 'shop-dev-web', Type: 'application', Scheme: 'internet-facing' },
        SecurityGroups: [at(SecurityGroups, 'ec2:security-group/alb').GroupId],
      },
    ])
    const [balancer] = LoadBalancers
    const wanted = ['a', 'b'].map((zone) => at(Subnets, `ec2:subnet/public-${zone}`).SubnetId)
    expect(balancer?.AvailabilityZones?.map(({ SubnetId }) => SubnetId).sort()).toEqual(wanted.sort())
    const { LoadBalancerArn } = balancer ?? {}
    const { Attributes = [] } = await raw.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn })
    expect(Attributes).toContainEqual({ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' })
    const { TargetGroups = [] } = await raw.elbv2.describeTargetGroups({})
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn
    expect(TargetGroups).toMatchObject([
      {
        ...{ TargetGroupName: expect.stringMatching(/^shop-dev-web-[0-9a-z]+$/), Protocol: 'HTTP', Port: 80 },
        ...{ TargetType: 'instance', HealthCheckPath: '/healthz', Matcher: { HttpCode: '200' } },
      },
    ])
    const { Listeners = [] } = await raw.elbv2.describeListeners({ LoadBalancerArn })
    expect(Listeners).toMatchObject([
      { Port: 80, Protocol: 'HTTP', DefaultActions: [{ Type: 'forward', TargetGroupArn }] },
    ])
  })
}
