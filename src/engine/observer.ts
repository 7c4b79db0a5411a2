import type { Graph } from './graph.ts'
import { askedFor, type LookInput, type Memory, type Sighting } from './look.ts'
import type { Address } from './ref.ts'
import type { AnyType, Asked, Live, Place } from './resource.ts'
import type { Runtime } from './runtime.ts'

/** Seconds that a look waits for others of its type to join in. */
const GATHER = 0.1

/** What has been learnt since the look that the plan was made from. */
export interface Learnt {
  readonly id: string
  readonly live: Live | null
}

interface Party {
  readonly members: Set<Address>
  readonly result: Promise<readonly Live[]>
}

/**
 * Looks while a plan is executed. Looks of several resources of one type share one listing, and a listing serves
 * only those who asked before it began: what it shows is never older than the question.
 */
export class Observer {
  readonly #graph: Graph
  readonly #memory: Memory
  readonly #runtime: Runtime
  readonly #learnt = new Map<Address, Learnt>()
  readonly #forming = new Map<string, Party>()
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(graph: Graph, memory: Memory, runtime: Runtime) {
    this.#graph = graph
    this.#memory = memory
    this.#runtime = runtime
  }

  learn(address: Address, learnt: Learnt): void {
    this.#learnt.set(address, learnt)
  }

  idOf(address: Address): string | null {
    return this.#learnt.get(address)?.id ?? null
  }

  /** Everything of this type that a listing shows, begun after this call. */
  see(type: AnyType, place: Place | null, address: Address): Promise<readonly Live[]> {
    const key = `${type.type} ${JSON.stringify(place)}`
    const forming = this.#forming.get(key)
    if (forming) {
      forming.members.add(address)
      return forming.result
    }
    const members = new Set([address])
    const result = this.#list(key, type, place, members)
    this.#forming.set(key, { members, result })
    return result
  }

  async #list(
    key: string,
    type: AnyType,
    place: Place | null,
    members: ReadonlySet<Address>,
  ): Promise<readonly Live[]> {
    const before = this.#last.get(key) ?? Promise.resolve()
    await Promise.all([before, this.#runtime.clock.pause(GATHER)])
    this.#forming.delete(key)
    const asked = [...members].map((address) => this.#asked(address))
    const listing = type.read(this.#runtime.ctx(place, asked[0]?.address ?? null), asked)
    this.#last.set(
      key,
      listing.catch(() => undefined),
    )
    return listing
  }

  #asked(address: Address): Asked {
    const seen = [...this.#learnt].flatMap(([, { live }]): Sighting[] => {
      return live ? [{ type: this.#typeOf(live.address), place: null, live }] : []
    })
    const input: Pick<LookInput, 'graph' | 'memory'> = { graph: this.#graph, memory: this.#memory }
    const asked = askedFor(address, input, seen)
    return { ...asked, id: this.#learnt.get(address)?.id ?? asked.id }
  }

  #typeOf(address: Address): AnyType {
    const node = this.#graph.nodes.get(address)
    if (!node) throw new Error(`${address} is not in the graph.`)
    return node.type
  }
}
