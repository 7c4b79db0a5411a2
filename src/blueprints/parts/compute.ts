import { iamNameOf, iamPathOf, nameOf } from '../../aws/names.ts'
import type { Handle } from '../../engine/graph.ts'
import { text } from '../../engine/ref.ts'
import { autoScalingGroup } from '../../resources/autoscaling/group.ts'
import { launchTemplate } from '../../resources/ec2/launch-template.ts'
import type { TargetGroupOut } from '../../resources/elbv2/target-group.ts'
import { type InstanceProfileOut, instanceProfile } from '../../resources/iam/instance-profile.ts'
import { role } from '../../resources/iam/role.ts'
import type { BucketOut } from '../../resources/s3/bucket.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'
import { webUserData } from './user-data.ts'
import type { WebLogs } from './watch.ts'

export interface Around {
  readonly net: Network
  readonly groups: Groups
  readonly bucket: Handle<BucketOut>
  readonly logs: WebLogs
  readonly targetGroup: Handle<TargetGroupOut>
}

/** Seconds that a server has before the balancer's checks count: packages are installed meanwhile. */
const GRACE = 300

const METRICS = ['Desired', 'InService', 'Max', 'Min', 'Pending', 'Standby', 'Terminating', 'Total'].map(
  (what) =>
    ({ Desired: 'GroupDesiredCapacity', Max: 'GroupMaxSize', Min: 'GroupMinSize' })[what] ?? `Group${what}Instances`,
)

/** The web servers: who they are, how each is made, and how many there are. */
export function webServers(draft: Draft, around: Around): void {
  const { config, stack } = draft
  const { net, logs, targetGroup } = around
  const compute = draft.graph.layer('Compute')
  const template = serverTemplate(draft, around)
  const isPublic = config.web.placement === 'public'
  compute.add(
    autoScalingGroup,
    'web',
    {
      name: nameOf(stack, 'web', 255),
      launchTemplateId: template.ref('id'),
      templateVersion: template.ref('version'),
      ...{ minSize: config.web.minSize, maxSize: config.web.maxSize, desiredCapacity: config.web.minSize },
      subnetIds: net.zones.map((zone) => (isPublic ? zone.open : zone.closed).ref('id')),
      targetGroupArns: [targetGroup.ref('arn')],
      ...{ healthCheckType: 'ELB', healthCheckGraceSeconds: GRACE, metrics: METRICS },
      targetTracking: {
        name: nameOf(stack, 'web-cpu', 255),
        metric: 'ASGAverageCPUUtilization',
        target: config.web.cpuTarget,
      },
    },
    // A server that boots before its way out works cannot install anything.
    [...(isPublic ? net.publicWay : net.privateWay), ...logs.groups],
  )
}

function serverTemplate(draft: Draft, { groups, logs, bucket }: Around) {
  const { config, facts, stack, graph } = draft
  const profile = webProfile(draft, bucket)
  return graph.layer('Compute').add(launchTemplate, 'web', {
    name: nameOf(stack, 'web', 125),
    imageId: facts.imageId,
    instanceType: config.web.instanceType,
    instanceProfileArn: profile.ref('arn'),
    securityGroupIds: [groups.web.ref('id')],
    publicIp: config.web.placement === 'public',
    detailedMonitoring: true,
    metadata: { httpTokens: 'required', hopLimit: 1 },
    rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 8, encrypted: true },
    userData: webUserData({
      ...{ stack, region: facts.region, logGroups: logs.names },
      retentionDays: config.monitoring.logRetentionDays,
    }),
  })
}

/** The role of the web servers: Session Manager, the CloudWatch agent, and reading the assets bucket. */
function webProfile({ graph, facts, stack }: Draft, bucket: Handle<BucketOut>): Handle<InstanceProfileOut> {
  const security = graph.layer('Security')
  const managed = (name: string) => `arn:${facts.partition}:iam::aws:policy/${name}`
  const [name, path] = [iamNameOf(stack, 'web', facts.region), iamPathOf(stack, facts.region)]
  const web = security.add(role, 'web', {
    ...{ name, path, description: `Web servers of ${stack}` },
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    managedPolicies: [managed('AmazonSSMManagedInstanceCore'), managed('CloudWatchAgentServerPolicy')],
    inlinePolicies: {
      web: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'ListAssets', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucket.ref('arn') },
          { Sid: 'ReadAssets', Effect: 'Allow', Action: 's3:GetObject', Resource: text`${bucket.ref('arn')}/*` },
          // The groups are ours: an agent that writes late must not make them again after a teardown.
          { Sid: 'OurLogGroupsOnly', Effect: 'Deny', Action: 'logs:CreateLogGroup', Resource: '*' },
        ],
      },
    },
  })
  return security.add(instanceProfile, 'web', { name, path, roleName: web.ref('name') })
}
