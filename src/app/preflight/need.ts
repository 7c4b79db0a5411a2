import type { Graph } from '../../engine/graph.ts'
import type { Address } from '../../engine/ref.ts'
import type { Plan, Step } from '../../engine/steps.ts'
import type { DbInstanceSpec } from '../../resources/rds/instance.ts'
import { dbInstance } from '../../resources/rds/instance.ts'

/** Servers of one type, and the zones that they are to stand in. */
export interface Servers {
  readonly address: Address
  readonly instanceType: string
  readonly zones: readonly string[]
  /** How many start at once; 0: those that are there become other ones. */
  readonly count: number
}

export type Database = Pick<
  DbInstanceSpec,
  'engine' | 'engineVersion' | 'instanceClass' | 'storageType' | 'multiAz'
> & {
  readonly address: Address
  readonly zones: readonly string[]
}

/** What a plan takes of an account. */
export interface Need {
  readonly vpcs: number
  readonly addresses: number
  /** The zone of each NAT gateway. */
  readonly gateways: readonly string[]
  readonly servers: readonly Servers[]
  readonly databases: readonly Database[]
}

/** What is there beside what was there before: of a replacement, only where the new one comes first. */
const isMore = ({ action, mode }: Step): boolean =>
  action === 'create' || (action === 'replace' && mode === 'create-first')

const isMade = ({ action }: Step): boolean => action === 'create' || action === 'replace'

/** Nothing that is made, or that becomes of another kind, nothing to be asked. */
export function needOf({ steps }: Plan, graph: Graph): Need {
  const more = (type: string) => steps.filter((step) => step.type.type === type && isMore(step))
  return {
    vpcs: more('ec2:vpc').length,
    addresses: more('ec2:elastic-ip').length,
    gateways: more('ec2:nat-gateway').flatMap(({ node }) => zonesIn(graph, node?.spec, 'subnetId')),
    servers: [...instancesIn(steps, graph), ...groupsIn(steps, graph)],
    databases: databasesIn(steps, graph),
  }
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (spec: object | undefined): Fields => (spec ?? {}) as Fields

/** The nodes that a field mentions, one by one or in a list. */
function mentioned(graph: Graph, spec: object | undefined, field: string): readonly Fields[] {
  const value = fieldsOf(spec)[field]
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => {
    const address = fieldsOf(one as object | undefined).$ref as Address | undefined
    const node = address && graph.nodes.get(address)
    return node ? [fieldsOf(node.spec)] : []
  })
}

const zonesIn = (graph: Graph, spec: object | undefined, field: string): readonly string[] => [
  ...mentioned(graph, spec, field).map(({ zone }) => String(zone)),
]

const changes = ({ action, changes: list }: Step, fields: readonly string[]): boolean =>
  action === 'update' && list.some(({ path }) => fields.includes(path))

function instancesIn(steps: readonly Step[], graph: Graph): readonly Servers[] {
  const mine = steps.filter(
    (step) => step.type.type === 'ec2:instance' && (isMade(step) || changes(step, ['instanceType'])),
  )
  return mine.map((step) => ({
    address: step.address,
    instanceType: String(fieldsOf(step.node?.spec).instanceType),
    zones: zonesIn(graph, step.node?.spec, 'subnetId'),
    count: isMore(step) ? 1 : 0,
  }))
}

/** A group has its type from its template. */
function groupsIn(steps: readonly Step[], graph: Graph): readonly Servers[] {
  const templates = steps.filter((step) => step.type.type === 'ec2:launch-template')
  const others = new Set(templates.filter((step) => changes(step, ['instanceType'])).map(({ node }) => node?.spec))
  return steps.flatMap((step) => {
    const spec = step.node?.spec
    if (step.type.type !== 'autoscaling:group' || !spec) return []
    const [template] = mentioned(graph, spec, 'launchTemplateId')
    if (!template || (!isMade(step) && !others.has(template))) return []
    return {
      address: step.address,
      instanceType: String(template.instanceType),
      zones: zonesIn(graph, spec, 'subnetIds'),
      count: isMore(step) ? Number(fieldsOf(spec).desiredCapacity) : 0,
    }
  })
}

const DB_FIELDS = ['instanceClass', 'engineVersion', 'multiAz']

function databasesIn(steps: readonly Step[], graph: Graph): readonly Database[] {
  const mine = steps.filter((step) => step.type.type === dbInstance.type && (isMade(step) || changes(step, DB_FIELDS)))
  return mine.flatMap((step) => {
    const spec = step.node?.spec as DbInstanceSpec | undefined
    if (!spec) return []
    const { engine, engineVersion, instanceClass, storageType, multiAz } = spec
    const subnetGroup = mentioned(graph, spec, 'subnetGroupName')
    const zones = [...new Set(subnetGroup.flatMap((group) => zonesIn(graph, group, 'subnetIds')))]
    return { address: step.address, engine, engineVersion, instanceClass, storageType, multiAz, zones }
  })
}
