import type { Graph, Node } from '../../engine/graph.ts'
import type { Address } from '../../engine/ref.ts'
import type { Cell } from './cells.ts'
import { type Actor, kindOf } from './kinds.ts'
import { opensTo } from './listeners.ts'
import type { Line } from './picture.ts'
import { field, listAt, mentioned, numberAt, ofType, textAt } from './spec.ts'

/** What everyone knows these ports by. */
const PORTS: Readonly<Record<number, string>> = {
  ...{ 22: 'SSH', 80: 'HTTP', 443: 'HTTPS', 2049: 'NFS', 3306: 'MySQL', 5432: 'PostgreSQL', 6379: 'Redis' },
}
const EVERYBODY: readonly unknown[] = ['0.0.0.0/0', '::/0']

export interface Scene {
  readonly graph: Graph
  readonly cells: readonly Cell[]
}

/** Who may talk to whom, as the rules of the security groups say it. */
export function ruledTraffic(scene: Scene): readonly Line[] {
  const lines = ofType(scene.graph, 'ec2:security-group').flatMap((group) =>
    listAt(group.spec, 'ingress').flatMap((rule) => ruled(rule, group, scene)),
  )
  const byPair = Map.groupBy(lines, ({ from, to }) => `${from} ${to}`)
  return [...byPair.values()].flatMap((same) =>
    same.slice(0, 1).map((line) => ({ ...line, label: [...new Set(same.map(({ label }) => label))].join(', ') })),
  )
}

function ruled(rule: unknown, group: Node, scene: Scene): readonly Line[] {
  const port = numberAt(rule, 'fromPort')
  const receivers = membersOf(group.address, scene).filter((cell) => opensTo(cell, port))
  const label = port === undefined ? 'all' : `${PORTS[port] ?? textAt(rule, 'protocol') ?? ''} ${port}`.trim()
  const line = (from: string, to: Cell): Line => ({ from, to: to.id, label, dashed: false })
  const [source] = mentioned(field(rule, 'groupId'))
  if (source === undefined) return receivers.map((to) => line(actorOf(rule), to))
  return membersOf(source, scene).flatMap((from) =>
    targetsNear(
      from,
      receivers.filter((to) => to !== from && sends(from, port)),
      scene,
    ).map((to) => line(from.id, to)),
  )
}

/** A load balancer sends only to the ports of its target groups. */
const sends = ({ nodes }: Cell, port: number | undefined): boolean => {
  const targets = nodes.filter(({ type }) => type.type === 'elbv2:target-group')
  return targets.length === 0 || targets.some(({ spec }) => numberAt(spec, 'port') === port)
}

const actorOf = (rule: unknown): Actor =>
  numberAt(rule, 'fromPort') === 22 || !EVERYBODY.includes(field(rule, 'cidr')) ? 'admin' : 'visitors'

/** The cells that wear this security group. */
const membersOf = (group: Address, { cells }: Scene): readonly Cell[] =>
  cells.filter(
    ({ kind, nodes }) =>
      kind.at !== 'rules' && nodes.some(({ spec }) => mentioned(field(spec, 'securityGroupIds')).includes(group)),
  )

/** Servers use what stands in their own zone, where something does. */
function targetsNear(from: Cell, targets: readonly Cell[], { graph }: Scene): readonly Cell[] {
  const zone = zoneOf(from, graph)
  const near = targets.filter((to) => zone !== undefined && zoneOf(to, graph) === zone)
  const alike = new Set(targets.map(({ kind }) => kind)).size === 1
  return near.length > 0 && alike && from.home.in === 'subnet' ? near : targets
}

const zoneOf = ({ home }: Cell, graph: Graph): string | undefined =>
  home.in === 'subnet' ? textAt(graph.nodes.get(home.subnet)?.spec, 'zone') : undefined

/** What the roles of servers allow them to call: tables and buckets, through the endpoints where there are some. */
export function calls({ graph, cells }: Scene): readonly Line[] {
  const endpoint = (api: string): string | undefined =>
    cells.find(({ nodes }) =>
      nodes.some(
        ({ type, spec }) => type.type === 'ec2:vpc-endpoint' && textAt(spec, 'serviceName')?.endsWith(`.${api}`),
      ),
    )?.id
  const called = cells.flatMap((from) =>
    from.kind.category !== 'compute'
      ? []
      : cells
          .filter((to) => to.kind.api !== undefined && allowed(from, graph).has(to.nodes[0]?.address))
          .map((to) => ({ from, to })),
  )
  const lines = called.flatMap(({ from, to }): readonly Line[] => {
    const line = { label: 'HTTPS 443', dashed: false }
    const door = endpoint(to.kind.api ?? '')
    if (door === undefined) return [{ ...line, from: from.id, to: to.id }]
    return [
      { ...line, from: from.id, to: door },
      { ...line, from: door, to: to.id },
    ]
  })
  return [...new Map(lines.map((line) => [`${line.from} ${line.to}`, line])).values()]
}

/** Everything that the roles of a server mention. */
function allowed({ nodes }: Cell, graph: Graph): ReadonlySet<Address | undefined> {
  const found = new Set<Address>(nodes.map(({ address }) => address))
  for (const address of found) {
    const node = graph.nodes.get(address)
    const goesOn = node !== undefined && (nodes.includes(node) || kindOf(node.type.type).at === 'global')
    for (const edge of goesOn ? node.edges : []) found.add(edge.address)
  }
  return found
}
