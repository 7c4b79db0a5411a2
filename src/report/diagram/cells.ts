import type { Graph, Layer, Node } from '../../engine/graph.ts'
import type { Address } from '../../engine/ref.ts'
import { FEW, KINDS, type Kind, kindOf } from './kinds.ts'
import { linesOf } from './labels.ts'
import { mentioned } from './spec.ts'

/** Where a cell is drawn. */
export type Home =
  | { readonly in: 'subnet'; readonly subnet: Address }
  | { readonly in: 'vpc'; readonly vpc: Address; readonly side: 'west' | 'front' | 'east' | 'rules' }
  | { readonly in: 'region'; readonly layer: Layer }
  | { readonly in: 'global' }
  | { readonly in: 'outside' }

/** One icon: a resource with its parts, or the many of a type that are counted. */
export interface Cell {
  readonly id: string
  readonly kind: Kind
  readonly lines: readonly string[]
  readonly home: Home
  readonly nodes: readonly Node[]
}

const CONTAINERS: readonly string[] = ['ec2:vpc', 'ec2:subnet']

/** What is drawn as an icon. Containers aside, every node of the graph is in one of the cells, or in several. */
export function cellsOf(graph: Graph): readonly Cell[] {
  const parts = Map.groupBy(graph.nodes.values(), (node) => hostOf(node, graph) ?? node.address)
  const wholes = [...parts.values()].flatMap((nodes) => {
    const [host] = nodes.filter(({ address }) => parts.has(address))
    if (host === undefined || CONTAINERS.includes(host.type.type)) return []
    const whole = { host, nodes: [host, ...nodes.filter((node) => node !== host)] }
    return homesOf(whole, graph).map((home) => ({ ...whole, home }))
  })
  const many = Map.groupBy(wholes, ({ host, home }) => `${host.type.type} ${JSON.stringify(home)}`)
  return [...many.values()].flatMap((alike) => (isCounted(alike) ? [counted(alike)] : alike.map(single)))
}

interface Whole {
  readonly host: Node
  readonly nodes: readonly Node[]
}
interface Placed extends Whole {
  readonly home: Home
}

/** The resource that this one is drawn as a part of. */
function hostOf(node: Node, graph: Graph): Address | undefined {
  const types = kindOf(node.type.type).partOf ?? []
  const near = (other: Node) =>
    other.edges.some(({ address }) => address === node.address) ||
    node.edges.some(({ address }) => address === other.address)
  const host = types.flatMap((type) => [...graph.nodes.values()].filter((one) => one.type.type === type)).find(near)
  return host && (hostOf(host, graph) ?? host.address)
}

function homesOf(whole: Whole, graph: Graph): readonly Home[] {
  const { host, nodes } = whole
  const kind = kindOf(host.type.type)
  if (kind.at === 'global' || kind.at === 'outside') return [{ in: kind.at }]
  const subnets = [...new Set(nodes.flatMap(({ spec }) => mentioned(spec, 'ec2:subnet')))]
  const [first] = subnets
  if (first !== undefined && kind.at === undefined) {
    const inside = subnets.length === 1 || kind.subnets === 'first' ? [first] : subnets
    if (inside.length === 1 || kind.subnets === 'each') return inside.map((subnet) => ({ in: 'subnet', subnet }))
  }
  const vpc = vpcOf([...nodes.flatMap(({ spec }) => mentioned(spec)), ...subnets], graph)
  if (vpc === undefined) return [{ in: 'region', layer: host.layer }]
  return [{ in: 'vpc', vpc, side: kind.at ?? (first === undefined ? 'rules' : 'front') }]
}

const vpcOf = (near: readonly Address[], graph: Graph): Address | undefined =>
  near.find((address) => address.startsWith('ec2:vpc/')) ??
  near
    .filter((address) => address.startsWith('ec2:subnet/'))
    .flatMap((address) => mentioned(graph.nodes.get(address)?.spec, 'ec2:vpc'))[0]

function isCounted(alike: readonly Placed[]): boolean {
  const type = alike[0]?.host.type.type ?? ''
  return alike.length > 1 && kindOf(type).each !== true && (type in KINDS || alike.length > FEW)
}

function single({ host, nodes, home }: Placed): Cell {
  const kind = kindOf(host.type.type)
  const suffix = kind.subnets === 'each' && home.in === 'subnet' ? `@${home.subnet}` : ''
  return { id: `${host.address}${suffix}`, kind, home, nodes, lines: linesOf(kind, [nodes]) }
}

function counted(alike: readonly Placed[]): Cell {
  const [{ host, home } = { host: undefined, home: undefined }] = alike
  if (host === undefined || home === undefined) throw new Error('Nothing to count.')
  const kind = kindOf(host.type.type)
  return {
    ...{ id: `all ${host.type.type} of ${placeOf(home)}`, kind, home },
    nodes: alike.flatMap(({ nodes }) => nodes),
    lines: linesOf(
      kind,
      alike.map(({ nodes }) => nodes),
    ),
  }
}

function placeOf(home: Home): string {
  if (home.in === 'subnet') return home.subnet
  if (home.in === 'vpc') return home.vpc
  return home.in === 'region' ? home.layer : home.in
}
