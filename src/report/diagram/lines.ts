import type { Address } from '../../engine/ref.ts'
import type { Cell } from './cells.ts'
import { ACTORS, type Actor } from './kinds.ts'
import type { Line } from './picture.ts'
import { field, listAt, mentioned, ofType } from './spec.ts'
import { calls, ruledTraffic, type Scene } from './traffic.ts'

/** Every line of the picture, in the order of importance: what comes first has the straightest way. */
export function linesOf(scene: Scene): readonly Line[] {
  const lines = [...ruledTraffic(scene), ...calls(scene), ...outbound(scene), ...services(scene)]
  const through = lines.flatMap((line) => viaGateway(line, scene))
  return [...new Map(through.map((line) => [`${line.from} ${line.to} ${line.label}`, line])).values()]
}

const isActor = (id: string): id is Actor => id in ACTORS

/** The internet is on the other side of the gateway. */
function viaGateway(line: Line, { cells }: Scene): readonly Line[] {
  const gateway = cells.find(({ kind }) => kind.at === 'west')?.id
  const crosses = isActor(line.from) !== isActor(line.to)
  if (gateway === undefined || !crosses || line.from === gateway || line.to === gateway) return [line]
  return [
    { ...line, to: gateway },
    { ...line, from: gateway },
  ]
}

/** What leaves private subnets: their servers, or the subnet as such, by the NAT gateway of their route table. */
function outbound(scene: Scene): readonly Line[] {
  const line = { label: 'outbound', dashed: false }
  const hops = ofType(scene.graph, 'ec2:route-table').flatMap(({ spec }) => {
    const [nat] = listAt(spec, 'routes').flatMap((route) => mentioned(field(route, 'target'), 'ec2:nat-gateway'))
    const door = nat && scene.cells.find(({ nodes }) => nodes.some(({ address }) => address === nat))
    if (door === undefined) return []
    const sources = mentioned(field(spec, 'subnetIds')).flatMap((subnet) => talkersIn(subnet, scene))
    return sources.map((from): Line => ({ ...line, from, to: door.id }))
  })
  const doors = [...new Set(hops.map(({ to }) => to))]
  return [...hops, ...doors.map((from): Line => ({ ...line, from, to: 'internet' satisfies Actor }))]
}

function talkersIn(subnet: Address, { cells }: Scene): readonly string[] {
  const servers = cells.filter(
    ({ home, kind }) => home.in === 'subnet' && home.subnet === subnet && kind.category === 'compute',
  )
  return servers.length === 0 ? [subnet] : servers.map(({ id }) => id)
}

/** What services tell each other: who mentions whom, and which way the news goes. */
const NEWS: readonly { readonly from: string; readonly to: string; readonly label: string }[] = [
  { from: 'efs:mount-target', to: 'efs:file-system', label: '' },
  { from: 'cloudwatch:alarm', to: 'sns:topic', label: 'alarms' },
  { from: 'sns:topic', to: 'sns:subscription', label: 'notifies' },
  { from: 'kms:key', to: 'sns:topic', label: 'encrypts' },
  { from: 'ec2:flow-log', to: 'logs:log-group', label: 'flow logs' },
]

function services({ cells }: Scene): readonly Line[] {
  const has = (cell: Cell, type: string) => cell.nodes.some((node) => node.type.type === type)
  return NEWS.flatMap(({ from, to, label }) =>
    cells
      .filter((cell) => has(cell, from))
      .flatMap((sender) =>
        cells
          .filter((cell) => has(cell, to) && (knows(sender, cell) || knows(cell, sender)))
          .map((receiver): Line => ({ from: sender.id, to: receiver.id, label, dashed: label !== '' })),
      ),
  )
}

const knows = (one: Cell, other: Cell): boolean =>
  one.nodes.some(({ edges }) => edges.some(({ address }) => other.nodes.some((node) => node.address === address)))
