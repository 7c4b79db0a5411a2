import type { Node } from '../../engine/graph.ts'
import { type Kind, kindOf } from './kinds.ts'
import { field, nameOf, numberAt, textAt } from './spec.ts'
import { capital, counted, wrap } from './text.ts'

/** Letters in a line under an icon. */
const WIDTH = 21

type Words = (host: Node, nodes: readonly Node[]) => readonly string[]

const yes = (spec: object, name: string): boolean => field(spec, name) === true

/** What a reader wants to know of a resource; of others, their noun and their name. */
const WORDS: Readonly<Record<string, Words>> = {
  'ec2:instance': ({ address, spec }) => [capital(nameOf(address)), textAt(spec, 'instanceType') ?? ''],
  'autoscaling:group': ({ address }, nodes) => [
    `${capital(nameOf(address))} servers`,
    ...nodes.map(({ spec }) => textAt(spec, 'instanceType') ?? ''),
  ],
  'rds:instance': ({ spec }) => [
    `${engineOf(textAt(spec, 'engine'))} ${textAt(spec, 'engineVersion') ?? ''}`,
    textAt(spec, 'instanceClass') ?? '',
    yes(spec, 'multiAz') ? 'standby in another zone' : '',
  ],
  'sns:subscription': ({ spec }) => [
    textAt(spec, 'protocol') === 'email' ? 'E-mail' : 'Subscriber',
    textAt(spec, 'endpoint') ?? '',
  ],
  'elbv2:load-balancer': () => ['Application', 'Load Balancer'],
  'ec2:internet-gateway': () => ['Internet gateway'],
  'ec2:nat-gateway': () => ['NAT gateway'],
  'efs:mount-target': () => ['EFS mount target'],
}

const ENGINES: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', mysql: 'MySQL', mariadb: 'MariaDB' }
const engineOf = (engine = 'database'): string => ENGINES[engine] ?? engine

/** The words under an icon: what it is, and what else is drawn as part of it. Each of `wholes` begins with its host. */
export function linesOf(kind: Kind, wholes: readonly (readonly Node[])[]): readonly string[] {
  const [nodes = []] = wholes
  const [host] = nodes
  const own = (host && WORDS[host.type.type]?.(host, nodes)) ?? [
    capital(kind.noun),
    host === undefined ? '' : nameOf(host.address),
  ]
  const named = wholes.length === 1 ? own : [counted(wholes.length, kind.noun)]
  return [...named, partsOf(wholes)].filter((line) => line !== '').flatMap((line) => wrap(line, WIDTH))
}

function partsOf(wholes: readonly (readonly Node[])[]): string {
  const parts = Map.groupBy(
    wholes.flatMap((nodes) => nodes.slice(1)),
    ({ type }) => kindOf(type.type).noun,
  )
  const words = [...parts].map(([noun, nodes]) => counted(nodes.length, noun))
  return words.length === 0 ? '' : `+ ${words.join(', ')}`
}

/** What a group of servers says at its head. */
export function sizeOf({ spec }: Node): string {
  const [min, max] = [numberAt(spec, 'minSize'), numberAt(spec, 'maxSize')]
  return min === undefined || max === undefined ? '' : `${min} to ${max} in all`
}
