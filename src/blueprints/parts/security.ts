import type { Handle } from '../../engine/graph.ts'
import type { Wired } from '../../engine/ref.ts'
import { type GroupRule, type SecurityGroupOut, securityGroup } from '../../resources/ec2/security-group.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'

type Group = Handle<SecurityGroupOut>

export interface Groups {
  readonly alb: Group
  readonly web: Group
  readonly bastion: Group
  readonly database: Group
  readonly files: Group
}

const ANYWHERE = '0.0.0.0/0'

const from = (cidr: string, port: number, description: string): GroupRule => ({
  ...{ protocol: 'tcp', fromPort: port, toPort: port, cidr, groupId: null, description },
})

const fromGroup = (group: Group, port: number, description: string): Wired<GroupRule> => ({
  ...{ protocol: 'tcp', fromPort: port, toPort: port, cidr: null, description },
  groupId: group.ref('id'),
})

const OUT: readonly GroupRule[] = [
  { protocol: '-1', fromPort: null, toPort: null, cidr: ANYWHERE, groupId: null, description: 'All traffic out' },
]

/** Who may talk to whom: each tier only to the one behind it. */
export function securityGroups({ graph, config, stack }: Draft, { vpc }: Network): Groups {
  const security = graph.layer('Security')
  const group = (
    name: string,
    description: string,
    rules: { readonly ingress: readonly Wired<GroupRule>[]; readonly egress: readonly GroupRule[] },
  ) => security.add(securityGroup, name, { name: `${stack}-${name}`, vpcId: vpc.ref('id'), description, ...rules })
  const alb = group('alb', 'Load balancer: the web from anywhere', {
    ingress: [from(ANYWHERE, 80, 'HTTP from anywhere'), from(ANYWHERE, 443, 'HTTPS from anywhere')],
    egress: OUT,
  })
  const web = group('web', 'Web servers: from the load balancer only', {
    ingress: [fromGroup(alb, 80, 'HTTP from the load balancer'), fromGroup(alb, 443, 'HTTPS from the load balancer')],
    egress: OUT,
  })
  const bastion = group('bastion', 'Bastion: SSH from the configured networks', {
    ingress: config.access.sshCidrs.map((cidr) => from(cidr, 22, `SSH from ${cidr}`)),
    egress: OUT,
  })
  const database = group('database', 'Database: PostgreSQL from web servers and bastion', {
    ingress: [
      fromGroup(web, 5432, 'PostgreSQL from the web servers'),
      fromGroup(bastion, 5432, 'PostgreSQL from the bastion'),
    ],
    egress: [],
  })
  const files = group('files', 'Shared files: NFS from the web servers', {
    ingress: [fromGroup(web, 2049, 'NFS from the web servers')],
    egress: [],
  })
  return { alb, web, bastion, database, files }
}
