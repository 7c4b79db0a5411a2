import { execute } from '../../src/engine/execute.ts'
import { Graph, type Node } from '../../src/engine/graph.ts'
import { jobsOf } from '../../src/engine/jobs.ts'
import { plan } from '../../src/engine/plan.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { AnyType, Live } from '../../src/engine/resource.ts'
import type { Runtime } from '../../src/engine/runtime.ts'
import { criticalPath } from '../../src/engine/schedule.ts'
import { NO_CONSENT } from '../../src/engine/steps.ts'
import { VirtualClock } from './virtual-clock.ts'

/** Seconds that one call to AWS takes. */
const CALL = 0.1

export interface Simulation {
  /** How long the run took, in virtual seconds. */
  readonly seconds: number
  /** The longest chain of the graph, in seconds: no run can be faster. */
  readonly criticalPath: number
  /** The greatest number of creations that were in the air at once. */
  readonly widest: number
  /** In the order in which they were asked for. */
  readonly created: readonly Address[]
}

/**
 * Runs the whole engine on a graph of any types in virtual time: every verb is replaced by one that does nothing but
 * take as long as the type says that AWS takes.
 */
export async function simulate(graph: Graph, concurrency = 16): Promise<Simulation> {
  const clock = new VirtualClock()
  const sky = new Sky(clock)
  const virtual = sky.replace(graph)
  const memory = { resources: new Map(), announced: new Map() }
  const types = [...new Set([...virtual.nodes.values()].map(({ type }) => type))]
  const input = { graph: virtual, asked: virtual, types, sightings: [], memory, consent: NO_CONSENT }
  const made = plan({ ...input, tags: () => ({}) })
  const idle = async () => undefined
  const { jobs } = jobsOf(made, memory, { make: idle, ready: idle, drop: idle })
  const run = execute({ plan: made, graph: virtual, memory, runtime: sky.runtime(concurrency) })
  const { fates } = await clock.drive(run)
  const failed = fates.find(({ outcome }) => outcome !== 'done')
  if (failed) throw new Error(`${failed.address} ${failed.outcome}: ${failed.error}`, { cause: failed.error })
  const { widest, created } = sky
  return { seconds: clock.now() / 1000, criticalPath: criticalPath(jobs), widest, created }
}

/** Where everything takes its time and nothing else happens. */
class Sky {
  readonly created: Address[] = []
  widest = 0
  readonly #clock: VirtualClock
  readonly #there = new Map<Address, { readonly live: Live; readonly readyAt: number }>()
  readonly #types = new Map<string, AnyType>()
  #air = 0

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  replace(graph: Graph): Graph {
    const virtual = new Graph()
    for (const node of graph.nodes.values()) virtual.nodes.set(node.address, { ...node, type: this.#typeOf(node) })
    return virtual
  }

  runtime(concurrency: number): Runtime {
    const nothing = () => undefined
    return {
      ...{ ctx: () => null, clock: this.#clock, emit: nothing, judge: () => 'refused', tags: () => ({}) },
      journal: { announce: async () => undefined, withdraw: nothing, record: nothing, forget: nothing },
      ...{ token: () => 'token', stop: new AbortController(), concurrency },
      terms: () => ({ deleteData: false, snapshotName: null }),
    }
  }

  #typeOf({ type }: Node): AnyType {
    const known = this.#types.get(type.type)
    if (known) return known
    const { same: _, farewell: __, health: ___, ready, ...rest } = type
    const made: AnyType = {
      ...rest,
      read: async () => {
        await this.#clock.pause(CALL)
        return [...this.#there.values()].flatMap(({ live }) => (live.address.startsWith(`${type.type}/`) ? [live] : []))
      },
      create: (_ctx, address, spec) => this.#create(type, address, spec),
      sync: async () => this.#clock.pause(CALL),
      destroy: async () => this.#clock.pause(type.about.seconds.delete),
    }
    const whole = ready ? { ...made, ready: (_ctx: unknown, id: string) => this.#ready(id) } : made
    this.#types.set(type.type, whole)
    return whole
  }

  async #create(type: AnyType, address: Address, spec: object): Promise<string> {
    this.created.push(address)
    this.widest = Math.max(this.widest, ++this.#air)
    const { create } = type.about.seconds
    const readyAt = this.#clock.now() + create * 1000
    await this.#clock.pause(type.ready ? CALL : Math.max(CALL, create - 4 * CALL))
    this.#air--
    const live: Live = { address, id: address, ours: true, spec, tags: null, out: anything(address) }
    this.#there.set(address, { live, readyAt })
    return address
  }

  async #ready(id: string): Promise<void> {
    const { readyAt = 0 } = this.#there.get(id as Address) ?? {}
    await this.#clock.pause(Math.max(0, (readyAt - this.#clock.now()) / 1000))
  }
}

/** Outputs of a type that nobody has asked: whatever is mentioned is there. */
const anything = (address: Address): object =>
  new Proxy({}, { get: (_, field) => (typeof field === 'string' ? `${address}.${field}` : undefined) })
