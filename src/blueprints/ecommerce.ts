import { text } from '../engine/ref.ts'
import type { Draft } from './blueprint.ts'
import { alarms, type Watched } from './parts/alarms.ts'
import { alerts } from './parts/alerts.ts'
import { assets } from './parts/assets.ts'
import { bastion } from './parts/bastion.ts'
import { webServers } from './parts/compute.ts'
import { overview } from './parts/dashboard.ts'
import { database } from './parts/database.ts'
import { entrance } from './parts/edge.ts'
import { files } from './parts/files.ts'
import { flowLogs } from './parts/flow-logs.ts'
import { network } from './parts/network.ts'
import { securityGroups } from './parts/security.ts'
import { sessions } from './parts/sessions.ts'
import type { Stores } from './parts/stores.ts'
import { webLogs } from './parts/watch.ts'

/** The shop's platform: network, stores, web servers behind a balancer, a way in, and everything that watches over it. */
export function ecommerce(draft: Draft): void {
  const net = network(draft)
  const groups = securityGroups(draft, net)
  const stores: Stores = {
    bucket: assets(draft),
    table: sessions(draft),
    database: database(draft, net, groups),
    files: files(draft, net, groups),
  }
  const door = bastion(draft, net, groups)
  const logs = webLogs(draft)
  const front = entrance(draft, net, groups)
  const servers = webServers(draft, { net, groups, stores, logs, targetGroup: front.targetGroup })
  const { table, database: postgres } = stores
  const watched: Watched = { servers, entrance: front, database: postgres, sessions: table, nats: net.nats }
  flowLogs(draft, net)
  alarms(draft, alerts(draft), watched)
  const dashboard = overview(draft, watched)
  const { facts, config, graph } = draft
  const scheme = config.edge.certificateArn === null ? 'http' : 'https'
  const console = `https://${facts.region}.console.aws.amazon.com/cloudwatch/home?region=${facts.region}`
  graph.outputs = {
    siteUrl: text`${scheme}://${front.loadBalancer.ref('dnsName')}`,
    assetsBucket: stores.bucket.ref('name'),
    databaseEndpoint: text`${postgres.ref('host')}:${postgres.ref('port')}`,
    databaseSecretArn: postgres.ref('secretArn'),
    sessionsTable: table.ref('name'),
    sharedFiles: stores.files.system.ref('id'),
    bastionHost: door.ref('publicIp'),
    dashboardUrl: text`${console}#dashboards/dashboard/${dashboard.ref('name')}`,
  }
}
