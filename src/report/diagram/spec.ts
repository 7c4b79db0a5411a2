import type { Graph, Node } from '../../engine/graph.ts'
import { type Address, refsIn } from '../../engine/ref.ts'

/** A field of a spec, whatever the type: the picture knows types by name only. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

export const textAt = (value: unknown, name: string): string | undefined => {
  const found = field(value, name)
  return typeof found === 'string' ? found : undefined
}

export const numberAt = (value: unknown, name: string): number | undefined => {
  const found = field(value, name)
  return typeof found === 'number' ? found : undefined
}

export const listAt = (value: unknown, name: string): readonly unknown[] => {
  const found = field(value, name)
  return Array.isArray(found) ? found : []
}

/** What a part of a spec mentions, of this type where one is given; each once. */
export const mentioned = (value: unknown, type?: string): readonly Address[] => [
  ...new Set(
    refsIn(value)
      .map(({ $ref }) => $ref)
      .filter((address) => type === undefined || address.startsWith(`${type}/`)),
  ),
]

export const ofType = (graph: Graph, type: string): readonly Node[] =>
  [...graph.nodes.values()].filter((node) => node.type.type === type)

/** `web` of `autoscaling:group/web`. */
export const nameOf = (address: Address): string => address.slice(address.indexOf('/') + 1)
