import { nameOf } from '../../aws/names.ts'
import type { Handle, Part } from '../../engine/graph.ts'
import type { Wired } from '../../engine/ref.ts'
import { type ListenerAction, listener } from '../../resources/elbv2/listener.ts'
import { type LoadBalancerOut, loadBalancer } from '../../resources/elbv2/load-balancer.ts'
import { type TargetGroupOut, targetGroup } from '../../resources/elbv2/target-group.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import type { Groups } from './security.ts'

/** TLS 1.3, and 1.2 for clients that lack it. */
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

export interface Entrance {
  readonly loadBalancer: Handle<LoadBalancerOut>
  readonly targetGroup: Handle<TargetGroupOut>
}

/** The load balancer in the public subnets, and the group of servers behind it. */
export function entrance({ graph, config, stack }: Draft, net: Network, groups: Groups): Entrance {
  const edge = graph.layer('Edge')
  const balancer = edge.add(
    loadBalancer,
    'web',
    {
      name: nameOf(stack, 'web', 32),
      scheme: 'internet-facing',
      vpcId: net.vpc.ref('id'),
      subnetIds: net.zones.map(({ open }) => open.ref('id')),
      securityGroupIds: [groups.alb.ref('id')],
      attributes: { 'routing.http.drop_invalid_header_fields.enabled': 'true' },
    },
    net.publicWay,
  )
  const servers = edge.add(targetGroup, 'web', {
    // Its generation comes behind it, and all of it has to fit into 32 characters.
    name: nameOf(stack, 'web', 25),
    vpcId: net.vpc.ref('id'),
    ...{ protocol: 'HTTP', port: 80, targetType: 'instance' },
    healthCheck: {
      ...{ path: '/healthz', intervalSeconds: 15, timeoutSeconds: 5 },
      ...{ healthyThreshold: 2, unhealthyThreshold: 3, matcher: '200' },
    },
    attributes: { 'deregistration_delay.timeout_seconds': '30' },
  })
  listeners(edge, { balancer, servers, certificateArn: config.edge.certificateArn })
  return { loadBalancer: balancer, targetGroup: servers }
}

interface Front {
  readonly balancer: Handle<LoadBalancerOut>
  readonly servers: Handle<TargetGroupOut>
  readonly certificateArn: string | null
}

/** HTTP alone, or HTTPS with a redirect from port 80. */
function listeners(edge: Part, { balancer, servers, certificateArn }: Front): void {
  const forward: Wired<ListenerAction> = { type: 'forward', targetGroupArn: servers.ref('arn') }
  const redirect: ListenerAction = { type: 'redirect', protocol: 'HTTPS', port: '443', status: 'HTTP_301' }
  edge.add(listener, 'http', {
    loadBalancerArn: balancer.ref('arn'),
    ...{ port: 80, protocol: 'HTTP', sslPolicy: null, certificateArn: null },
    action: certificateArn === null ? forward : redirect,
  })
  if (certificateArn === null) return
  edge.add(listener, 'https', {
    loadBalancerArn: balancer.ref('arn'),
    ...{ port: 443, protocol: 'HTTPS', sslPolicy: TLS_POLICY, certificateArn },
    action: forward,
  })
}
