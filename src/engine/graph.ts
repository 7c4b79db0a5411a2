import { type Address, type Edge, edgesIn, type Need, type Ref, type Wired } from './ref.ts'
import type { AnyType, Place, ResourceType } from './resource.ts'

/** The part of the platform that a resource belongs to: progress, report and diagram are grouped by it. */
export type Layer = 'Network' | 'Security' | 'Data' | 'Compute' | 'Edge' | 'Delivery' | 'Watch' | 'Access'

export interface Node {
  readonly address: Address
  readonly type: AnyType
  readonly spec: object
  readonly layer: Layer
  /** Null: the stack's own region and account. */
  readonly place: Place | null
  readonly edges: readonly Edge[]
}

export interface Handle<Out> {
  readonly address: Address
  /** A value that the resource publishes, as data; mentioning it in a spec makes the edge. */
  ref<K extends keyof Out & string>(field: K, need?: Need): Ref<Out[K]>
}

/** The stack's outputs by name: strings, references, or texts made of both. */
export type Outputs = Readonly<Record<string, Wired<string>>>

/**
 * The desired stack. A node can only refer to a handle that `add` has already returned,
 * so a cycle cannot be written down and insertion order is a build order.
 */
export class Graph {
  readonly nodes = new Map<Address, Node>()
  outputs: Outputs = {}

  /** A view of this graph whose nodes belong to `layer`, and live at `place`. */
  layer(layer: Layer, place: Place | null = null): Part {
    return new Part(this, layer, place)
  }
}

/** Adds nodes to one layer of a graph. */
export class Part {
  readonly #graph: Graph
  readonly #layer: Layer
  readonly #place: Place | null

  constructor(graph: Graph, layer: Layer, place: Place | null) {
    this.#graph = graph
    this.#layer = layer
    this.#place = place
  }

  /**
   * Declares a resource. `after` is for an order that no field of AWS expresses (a NAT gateway works only once the
   * internet gateway is attached). Throws when the address is taken: that is a bug of the blueprint.
   */
  add<Spec extends object, Out extends object>(
    type: ResourceType<Spec, Out, never>,
    name: string,
    spec: { readonly [K in keyof Spec]: Wired<Spec[K]> },
    after: readonly Handle<unknown>[] = [],
  ): Handle<Out> {
    const address: Address = `${type.type}/${name}`
    if (this.#graph.nodes.has(address)) throw new Error(`The blueprint declares ${address} twice.`)
    const mentioned = edgesIn(spec)
    const extra = after.filter((handle) => !mentioned.some((edge) => edge.address === handle.address))
    const edges = [...mentioned, ...extra.map(({ address: to }): Edge => ({ address: to, need: null }))]
    const stranger = edges.find((edge) => !this.#graph.nodes.has(edge.address))
    if (stranger) throw new Error(`${address} mentions ${stranger.address}, which is not in the graph.`)
    this.#graph.nodes.set(address, {
      address,
      type: type as unknown as AnyType,
      spec,
      layer: this.#layer,
      place: this.#place,
      edges,
    })
    return {
      address,
      ref: (field, need) => (need === undefined ? { $ref: address, field } : { $ref: address, field, need }),
    }
  }
}
