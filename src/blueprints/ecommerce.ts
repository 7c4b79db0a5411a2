import { text } from '../engine/ref.ts'
import type { Draft } from './blueprint.ts'
import { assets } from './parts/assets.ts'
import { webServers } from './parts/compute.ts'
import { entrance } from './parts/edge.ts'
import { network } from './parts/network.ts'
import { securityGroups } from './parts/security.ts'
import { webLogs } from './parts/watch.ts'

/** The shop's platform: network, static assets, web servers behind a balancer, and their logs. */
export function ecommerce(draft: Draft): void {
  const net = network(draft)
  const groups = securityGroups(draft, net)
  const bucket = assets(draft)
  const logs = webLogs(draft)
  const front = entrance(draft, net, groups)
  webServers(draft, { net, groups, bucket, logs, targetGroup: front.targetGroup })
  const scheme = draft.config.edge.certificateArn === null ? 'http' : 'https'
  draft.graph.outputs = {
    siteUrl: text`${scheme}://${front.loadBalancer.ref('dnsName')}`,
    assetsBucket: bucket.ref('name'),
  }
}
