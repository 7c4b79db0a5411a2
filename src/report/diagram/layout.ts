import type { Graph } from '../../engine/graph.ts'
import type { Address } from '../../engine/ref.ts'
import { atLeast, type Block, beside, column, EMPTY, frame, icon, laneOf, merge, shift, stack } from './block.ts'
import type { Cell } from './cells.ts'
import { sizeOf } from './labels.ts'
import type { IconLook } from './picture.ts'
import { field, listAt, mentioned, nameOf, ofType, textAt } from './spec.ts'
import { up } from './text.ts'
import type { Scene } from './traffic.ts'

/** Between two icons, so that a line finds its way, and its words a place. */
export const GAP = 36
/** Between what is far apart. */
export const WIDE = 84
/** Where most words are: between the subnets of a zone, and between the VPC and the data. */
export const WIDER = 120

/** The icon of a cell. */
export function cellBlock({ id, kind, lines, nodes }: Cell, text: IconLook['text'] = 'center'): Block {
  const look: IconLook = { kind: 'icon', category: kind.category, sign: kind.sign, text }
  return icon(
    id,
    look,
    lines,
    nodes.map(({ address }) => address),
  )
}

export const byRank = (cells: readonly Cell[]): readonly Cell[] =>
  [...cells].sort((one, other) => (one.kind.rank ?? 0) - (other.kind.rank ?? 0))

/** A VPC with its zones, what stands at its edges, and its rules. */
export function vpcBlock(scene: Scene, vpc: Address): Block {
  const { graph } = scene
  const node = graph.nodes.get(vpc)
  const at = (side: string): readonly Cell[] =>
    byRank(scene.cells.filter(({ home }) => home.in === 'vpc' && home.vpc === vpc && home.side === side))
  const zones = zonesBlock(scene, vpc)
  const lane = zones.boxes.some(({ look }) => look.kind === 'icon') ? laneOf(zones) : 0
  const edge = (side: string, text: IconLook['text']): Block => {
    const cells = stack(
      at(side).map((cell) => cellBlock(cell, text)),
      GAP,
    )
    return cells.boxes.length === 0 ? EMPTY : shift(cells, 0, lane)
  }
  const east = edge('east', 'right')
  const [west, front] = [edge('west', 'left'), edge('front', 'center')]
  const middle = shift(beside([west, front, zones], WIDE), west.boxes.length > 0 ? 0 : GAP, 0)
  const rules = beside(
    at('rules').map((cell) => cellBlock(cell)),
    GAP,
  )
  const inside = stack([middle, rules.boxes.length > 0 ? shift(rules, GAP, 0) : EMPTY], GAP)
  // What stands at the eastern edge ends there: the width has to be the frame's own.
  const w = up(Math.max(middle.w + (east.boxes.length > 0 ? WIDE + east.w : GAP), inside.w + GAP), 24)
  const content = atLeast(merge([inside, east.boxes.length > 0 ? shift(east, w - east.w, 0) : EMPTY]), { w })
  const lines = [`VPC ${nameOf(vpc)} · ${textAt(node?.spec, 'cidrBlock') ?? ''}`]
  return frame({ id: vpc, group: 'vpc', lines, addresses: node ? [node.address] : [], side: 0 }, content)
}

interface Subnet {
  readonly address: Address
  readonly zone: string
  readonly open: boolean
  readonly cidr: string
}

/** A row for each zone; in it its subnets, those that the internet reaches first. */
function zonesBlock(scene: Scene, vpc: Address): Block {
  const subnets = subnetsOf(scene.graph, vpc)
  const zones = [...Map.groupBy(subnets, ({ zone }) => zone)]
  const contents = zones.map(([zone, own]) => {
    const blocks = own.map((subnet) => subnetContent(scene, subnet))
    const lane = Math.max(0, ...blocks.filter(({ boxes }) => boxes.length > 0).map(laneOf))
    return {
      zone,
      own,
      blocks: blocks.map((block) => (block.boxes.length > 0 ? shift(block, 0, lane - laneOf(block)) : block)),
    }
  })
  const widest = (index: number): number => Math.max(...contents.map(({ blocks }) => blocks[index]?.w ?? 0), 96)
  return stack(
    contents.map(({ zone, own, blocks }) => {
      const h = Math.max(...blocks.map((block) => block.h), 48)
      const frames = own.map(({ address, open, cidr }, index) => {
        const lines = [`${open ? 'Public' : 'Private'} subnet · ${cidr}`]
        const group = open ? 'public' : 'private'
        const block = blocks[index] ?? EMPTY
        const content = atLeast(shift(block, Math.floor((widest(index) - block.w) / 24) * 12, 0), {
          w: widest(index),
          h,
        })
        return frame({ id: address, group, lines, addresses: [address] }, content)
      })
      return frame({ id: `zone ${zone}`, group: 'zone', lines: [`Availability Zone ${zone}`] }, beside(frames, WIDER))
    }),
    GAP,
  )
}

function subnetsOf(graph: Graph, vpc: Address): readonly Subnet[] {
  const open = new Set(
    ofType(graph, 'ec2:route-table')
      .filter(({ spec }) => mentioned(field(spec, 'routes'), 'ec2:internet-gateway').length > 0)
      .flatMap(({ spec }) => listAt(spec, 'subnetIds').flatMap((one) => mentioned(one))),
  )
  return ofType(graph, 'ec2:subnet')
    .filter(({ spec }) => mentioned(spec, 'ec2:vpc').some((one) => one === vpc))
    .map(({ address, spec }) => {
      const [zone, cidr] = [textAt(spec, 'zone') ?? '', textAt(spec, 'cidrBlock') ?? '']
      return { address, zone, cidr, open: open.has(address) }
    })
    .sort((one, other) => Number(other.open) - Number(one.open))
}

function subnetContent({ cells }: Scene, { address }: Subnet): Block {
  const own = byRank(cells.filter(({ home }) => home.in === 'subnet' && home.subnet === address))
  return column(own.map(inSubnet), GAP)
}

/** Servers of a group are drawn in its frame, in each zone. */
function inSubnet(cell: Cell): Block {
  const [host] = cell.nodes
  if (cell.kind.subnets !== 'each' || host === undefined) return cellBlock(cell)
  const lines = ['Auto Scaling group', sizeOf(host)].filter((line) => line !== '')
  return frame({ id: `group ${cell.id}`, group: 'scaling', lines }, cellBlock(cell))
}
