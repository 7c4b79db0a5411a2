import { expect } from 'vitest'
import { type Drift, Filters, only, STACK } from './drift.ts'
import { at, policyIn, type Raw } from './raw.ts'

const ROLE = { RoleName: `${STACK}-web-us-east-1`, PolicyName: 'web' }
const BASTION = { RoleName: `${STACK}-bastion-us-east-1` }
const SSM = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
const ATTRIBUTE = 'routing.http.drop_invalid_header_fields.enabled'
const TEMPLATE = { LaunchTemplateName: `${STACK}-web` }

const bastion = async ({ ec2 }: Raw) => {
  const { Reservations = [] } = await ec2.describeInstances({ Filters })
  const all = Reservations.flatMap(({ Instances = [] }) => Instances)
  return at(all, 'ec2:instance/bastion')
}
const balancer = async ({ elbv2 }: Raw) => (await elbv2.describeLoadBalancers({})).LoadBalancers?.[0]?.LoadBalancerArn
const targets = async ({ elbv2 }: Raw) => only((await elbv2.describeTargetGroups({})).TargetGroups)
const listener = async (raw: Raw) =>
  only((await raw.elbv2.describeListeners({ LoadBalancerArn: await balancer(raw) })).Listeners)

export const SERVERS: readonly Drift[] = [
  {
    ...{ name: 'IMDSv1 allowed', address: 'ec2:instance/bastion', status: 'drifted', path: 'metadata.httpTokens' },
    make: async (raw) =>
      raw.ec2.modifyInstanceMetadataOptions({ InstanceId: (await bastion(raw)).InstanceId, HttpTokens: 'optional' }),
    read: async (raw) => (await bastion(raw)).MetadataOptions?.HttpTokens,
    ...{ desired: 'required', actual: 'optional' },
  },
  {
    ...{ name: 'the bastion watched no more', address: 'ec2:instance/bastion', status: 'drifted' },
    make: async (raw) => raw.ec2.unmonitorInstances({ InstanceIds: [(await bastion(raw)).InstanceId ?? ''] }),
    read: async (raw) => (await bastion(raw)).Monitoring?.State,
    ...{ path: 'detailedMonitoring', desired: true, actual: false },
  },
  {
    ...{ name: 'a policy of the role edited', address: 'iam:role/web', status: 'drifted' },
    make: ({ iam }) => iam.putRolePolicy({ ...ROLE, PolicyDocument: JSON.stringify(EVERYTHING) }),
    read: async ({ iam }) => policyIn((await iam.getRolePolicy(ROLE)).PolicyDocument),
    path: 'inlinePolicies.web.Statement',
    desired: expect.arrayContaining([expect.objectContaining({ Sid: 'OurLogGroupsOnly' })]),
    actual: EVERYTHING.Statement,
  },
  {
    ...{ name: 'a managed policy taken off', address: 'iam:role/bastion', status: 'drifted' },
    make: ({ iam }) => iam.detachRolePolicy({ ...BASTION, PolicyArn: SSM }),
    read: async ({ iam }) => (await iam.listAttachedRolePolicies(BASTION)).AttachedPolicies,
    ...{ path: 'managedPolicies', desired: [SSM], actual: [] },
  },
  {
    ...{ name: "the launch template's default version moved", address: 'ec2:launch-template/web', status: 'drifted' },
    make: async ({ ec2 }) => {
      const LaunchTemplateData = { InstanceType: 't3.large' as const }
      await ec2.createLaunchTemplateVersion({ ...TEMPLATE, SourceVersion: '1', LaunchTemplateData })
      await ec2.modifyLaunchTemplate({ ...TEMPLATE, DefaultVersion: '2' })
    },
    read: async ({ ec2 }) => {
      const answer = await ec2.describeLaunchTemplateVersions({ ...TEMPLATE, Versions: ['$Default'] })
      return only(answer.LaunchTemplateVersions).LaunchTemplateData
    },
    ...{ path: 'instanceType', desired: 't3.micro', actual: 't3.large' },
    // The group stays at its version, and will follow the one that puts the template right.
    also: [{ address: 'autoscaling:group/web', path: 'templateVersion', desired: expect.anything(), actual: '1' }],
  },
  {
    ...{ name: 'the maximum of the group changed', address: 'autoscaling:group/web', status: 'drifted' },
    make: ({ autoscaling }) => autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: `${STACK}-web`, MaxSize: 5 }),
    read: async ({ autoscaling }) =>
      (await autoscaling.describeAutoScalingGroups({})).AutoScalingGroups?.map(({ MaxSize }) => MaxSize),
    ...{ path: 'maxSize', desired: 2, actual: 5 },
  },
  {
    ...{ name: 'an attribute of the load balancer changed', address: 'elbv2:load-balancer/web', status: 'drifted' },
    make: async (raw) =>
      raw.elbv2.modifyLoadBalancerAttributes({
        LoadBalancerArn: await balancer(raw),
        Attributes: [{ Key: ATTRIBUTE, Value: 'false' }],
      }),
    read: async (raw) => {
      const { Attributes } = await raw.elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: await balancer(raw) })
      return Attributes?.find(({ Key }) => Key === ATTRIBUTE)?.Value
    },
    ...{ path: `attributes.${ATTRIBUTE}`, desired: 'true', actual: 'false' },
  },
  {
    ...{ name: 'a health check moved', address: 'elbv2:target-group/web', status: 'drifted' },
    make: async (raw) =>
      raw.elbv2.modifyTargetGroup({ TargetGroupArn: (await targets(raw)).TargetGroupArn, HealthCheckPath: '/' }),
    read: async (raw) => (await targets(raw)).HealthCheckPath,
    ...{ path: 'healthCheck.path', desired: '/healthz', actual: '/' },
  },
  {
    ...{ name: 'the listener sent elsewhere', address: 'elbv2:listener/http', status: 'drifted' },
    make: async (raw) =>
      raw.elbv2.modifyListener({
        ListenerArn: (await listener(raw)).ListenerArn,
        DefaultActions: [{ Type: 'redirect', RedirectConfig: { Host: 'evil.example', StatusCode: 'HTTP_302' } }],
      }),
    read: async (raw) =>
      (await listener(raw)).DefaultActions?.map(({ Type, TargetGroupArn }) => [Type, TargetGroupArn]),
    ...{ path: 'action.type', desired: 'forward', actual: 'other' },
    also: [
      {
        ...{ address: 'elbv2:listener/http', path: 'action.targetGroupArn' },
        ...{ desired: expect.stringContaining(':targetgroup/'), actual: null },
      },
      {
        ...{ address: 'elbv2:listener/http', path: 'action.says', desired: null },
        actual: expect.stringContaining('evil.example'),
      },
    ],
  },
]
