import { imageFor } from '../../aws/facts.ts'
import { nameOf } from '../../aws/names.ts'
import { hasPublicAddress, WEB_SERVER } from '../../config/servers.ts'
import type { Handle } from '../../engine/graph.ts'
import { type AutoScalingGroupOut, autoScalingGroup } from '../../resources/autoscaling/group.ts'
import { launchTemplate } from '../../resources/ec2/launch-template.ts'
import type { TargetGroupOut } from '../../resources/elbv2/target-group.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'
import type { Stores } from './stores.ts'
import { webUserData } from './user-data.ts'
import type { WebLogs } from './watch.ts'
import { webProfile } from './web-role.ts'

export interface Around {
  readonly net: Network
  readonly groups: Groups
  readonly stores: Stores
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
export function webServers(draft: Draft, around: Around): Handle<AutoScalingGroupOut> {
  const { config, stack } = draft
  const { net, logs, stores, targetGroup } = around
  const compute = draft.graph.layer('Compute')
  const template = serverTemplate(draft, around)
  const isPublic = hasPublicAddress(config)
  return compute.add(
    autoScalingGroup,
    'web',
    {
      name: nameOf(stack, 'web', 255),
      ...{ launchTemplateId: template.ref('id'), templateVersion: template.ref('version') },
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
    [...(isPublic ? net.publicWay : net.privateWay), ...logs.groups, ...stores.files.doors],
  )
}

function serverTemplate(draft: Draft, { groups, logs, stores }: Around) {
  const { config, facts, stack, graph } = draft
  const profile = webProfile(draft, stores)
  return graph.layer('Compute').add(launchTemplate, 'web', {
    name: nameOf(stack, 'web', 125),
    imageId: imageFor(facts, config.web.instanceType),
    instanceType: config.web.instanceType,
    instanceProfileArn: profile.ref('arn'),
    securityGroupIds: [groups.web.ref('id')],
    publicIp: hasPublicAddress(config),
    detailedMonitoring: WEB_SERVER.detailedMonitoring,
    metadata: { httpTokens: 'required', hopLimit: 1 },
    rootVolume: { device: '/dev/xvda', ...WEB_SERVER.disk, encrypted: true },
    userData: webUserData({
      ...{ stack, region: facts.region, logGroups: logs.names },
      retentionDays: config.monitoring.logRetentionDays,
      names: namesOf(stores),
    }),
  })
}

/** What the servers are told of, by name: never what is secret. */
const namesOf = ({ bucket, table, database, files }: Stores) => ({
  ...{ bucket: bucket.ref('name'), table: table.ref('name') },
  ...{ secret: database.ref('secretArn'), databaseHost: database.ref('host') },
  ...{ databasePort: database.ref('port'), databaseName: database.ref('databaseName') },
  ...{ fileSystem: files.system.ref('id'), accessPoint: files.products.ref('id') },
})
