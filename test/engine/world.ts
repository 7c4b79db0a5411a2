import type { Event } from '../../src/engine/events.ts'
import { execute, type Result } from '../../src/engine/execute.ts'
import { Graph, type Handle, type Part } from '../../src/engine/graph.ts'
import { type LookInput, look, type Sighting } from '../../src/engine/look.ts'
import { plan } from '../../src/engine/plan.ts'
import type { Address, Wired } from '../../src/engine/ref.ts'
import type { AnyType, Place } from '../../src/engine/resource.ts'
import type { Runtime } from '../../src/engine/runtime.ts'
import { type Action, type Consent, NO_CONSENT, type Plan } from '../../src/engine/steps.ts'
import { Cloud, type Ctx, type Spec } from './cloud.ts'
import { type Out, type Type, tagsFor, typeOf } from './kinds.ts'
import { Life } from './life.ts'
import { Disk, MemoryJournal } from './memory-journal.ts'
import { VirtualClock } from './virtual-clock.ts'
import { judge } from './weather.ts'

const about = {
  usable: 'created',
  replaceBy: 'delete-first',
  holdsData: false,
  seconds: { create: 2, delete: 2 },
} as const

/** One kind for each way in which a resource type can differ, in the order of the registry. */
export const KINDS = {
  vpc: { type: 'net:vpc', about: { ...about, identity: 'tags' }, slow: false },
  group: { type: 'net:group', about: { ...about, identity: 'name', replaceBy: 'create-first' }, slow: false },
  subnet: { type: 'net:subnet', about: { ...about, identity: 'name' }, slow: true },
  gate: {
    type: 'net:gate',
    about: { ...about, identity: 'token', usable: 'ready', seconds: { create: 90, delete: 20 } },
    slow: true,
  },
  base: {
    type: 'data:base',
    about: { ...about, identity: 'name', usable: 'ready', holdsData: true, seconds: { create: 300, delete: 15 } },
    slow: true,
  },
  fleet: { type: 'app:fleet', about: { ...about, identity: 'name', seconds: { create: 40, delete: 10 } }, slow: true },
  rule: { type: 'app:rule', about: { ...about, identity: 'name' }, slow: false, parent: 'app:fleet' },
} as const

export type KindName = keyof typeof KINDS
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[]

/** A whole spec from the parts that matter. */
export const spec = (
  parts: { readonly [K in keyof Spec]?: Wired<Spec[K]> } = {},
): { [K in keyof Spec]: Wired<Spec[K]> } => ({
  ...{ size: 1, zone: 'a', image: 'one', homes: [], targets: [], loose: [] },
  ...parts,
})

export interface Options {
  readonly consent?: Partial<Consent>
  /** What the look asks for, where it is not what is wanted: a teardown. */
  readonly asked?: Graph
  /** The moment of `kill -9`. */
  readonly killAt?: number
  readonly concurrency?: number
  /** Only a part of what was planned is done. */
  readonly part?: (plan: Plan) => Plan
  /** Told of each event, with the means to interrupt the run. */
  readonly onEvent?: (event: Event, stop: AbortController) => void
  readonly brokenJournal?: boolean
}

type How = Pick<LookInput, 'teardown' | 'thorough'>

export interface Run {
  readonly plan: Plan
  readonly result: Result
  readonly events: readonly Event[]
  readonly journal: MemoryJournal
}

/** A cloud, a manifest and a clock: everything that outlives a run, and a way to run the engine on it. */
export class World {
  readonly clock = new VirtualClock()
  readonly cloud = new Cloud(this.clock)
  readonly disk = new Disk()
  readonly types = Object.fromEntries(KIND_NAMES.map((name) => [name, typeOf(this.cloud, KINDS[name])])) as Record<
    KindName,
    Type
  >
  /** The registry. */
  readonly registry = KIND_NAMES.map((name) => this.types[name] as unknown as AnyType)
  /** What AWS tells of without being asked for a type. */
  hints: readonly Address[] = []
  /** How many moments the last run had. */
  moments = 0
  #tokens = 0

  plan(graph: Graph, options: Options = {}): Promise<Plan> {
    return this.clock.drive(this.#plan(graph, options, new Life()))
  }

  look(graph: Graph, events: Event[] = [], how: How = {}): Promise<readonly Sighting[]> {
    return this.clock.drive(this.#look(graph, new Life(), events, how))
  }

  /** Look, plan, execute. Throws what the look throws, and for a plan that is blocked; null when it was killed. */
  async up(graph: Graph, options: Options = {}): Promise<Run | null> {
    const life = new Life(options.killAt)
    const run = this.#up(graph, options, life)
    try {
      const end = await this.clock.drive(Promise.race([run, life.killed]))
      return end === 'killed' ? null : end
    } finally {
      this.moments = life.moments
      this.disk.closed(this.clock.now())
    }
  }

  /** A run that has to come to its end, with everything done. */
  async done(graph: Graph, options: Options = {}): Promise<Run> {
    const run = await this.up(graph, options)
    if (!run) throw new Error('The run was killed.')
    for (const { outcome, address, error } of run.result.fates)
      if (outcome !== 'done') throw new Error(`${address} ${outcome}: ${error}`, { cause: error })
    return run
  }

  down(asked: Graph, options: Options = {}): Promise<Run> {
    return this.done(new Graph(), { ...options, asked, consent: { teardown: true, ...options.consent } })
  }

  ctx(life: Life, place: Place | null, signal: AbortSignal = new AbortController().signal): Ctx {
    return { life, place, signal, tags: tagsFor }
  }

  async #look(graph: Graph, life: Life, events: Event[], how: How): Promise<readonly Sighting[]> {
    const { teardown = false, thorough = false } = how
    return look({
      ...{ types: this.registry, graph, memory: this.disk.memory(), clock: this.clock },
      ...{ teardown, thorough, ctx: (place) => this.ctx(life, place), hints: async () => this.hints },
      emit: (event) => events.push(event),
    })
  }

  async #plan(graph: Graph, { consent, asked = graph, part = (all) => all }: Options, life: Life): Promise<Plan> {
    const sightings = await this.#look(asked, life, [], { teardown: consent?.teardown ?? false })
    const whole = plan({
      ...{ graph, asked, types: this.registry, sightings, memory: this.disk.memory(), tags: tagsFor },
      consent: { ...NO_CONSENT, ...consent },
    })
    return part(whole)
  }

  async #up(graph: Graph, options: Options, life: Life): Promise<Run> {
    const made = await this.#plan(graph, options, life)
    const blocked = made.steps.find(({ action }) => action === 'blocked')
    if (blocked) throw new Error(`${blocked.address} is blocked: ${blocked.reason}`)
    const journal = new MemoryJournal(this.disk, this.clock, life)
    journal.broken = options.brokenJournal ?? false
    const events: Event[] = []
    const runtime = this.#runtime(options, life, { journal, events })
    const result = await execute({ plan: made, graph: options.asked ?? graph, memory: this.disk.memory(), runtime })
    await journal.flush()
    return { plan: made, result, events, journal }
  }

  #runtime(options: Options, life: Life, { journal, events }: { journal: MemoryJournal; events: Event[] }): Runtime {
    const stop = new AbortController()
    return {
      ctx: (place) => this.ctx(life, place, stop.signal),
      ...{ journal, clock: this.clock, judge, tags: tagsFor, stop, concurrency: options.concurrency ?? 16 },
      emit: (event) => {
        events.push(event)
        options.onEvent?.(event, stop)
      },
      token: () => `token-${++this.#tokens}`,
      terms: () => ({ deleteData: true, snapshotName: null }),
    }
  }
}

/** What is going to happen, by address. */
export const actions = ({ steps }: Plan): Record<Address, Action> =>
  Object.fromEntries(steps.map(({ address, action }) => [address, action]))

/** A graph, written down in one expression. */
export function graphOf(write: (part: Part) => void): Graph {
  const graph = new Graph()
  write(graph.layer('Network'))
  return graph
}

export type { Handle, Out }
