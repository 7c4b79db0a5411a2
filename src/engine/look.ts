import type { Emit } from './events.ts'
import type { Graph } from './graph.ts'
import { type Address, type Ref, resolve, UNKNOWN } from './ref.ts'
import type { AnyType, Asked, Live, Place } from './resource.ts'

/** What the manifest remembers of a resource. */
export interface Memo {
  readonly type: string
  readonly id: string
  readonly dependsOn: readonly Address[]
  readonly place: Place | null
}

/** A creation that was said before it was asked for, and of which nothing has been heard since. */
export interface Announcement {
  readonly token: string
  /** Until when (by `Clock.now`) AWS's delay may hide what the dead run made. */
  readonly doubtUntil: number
}

export interface Memory {
  readonly resources: ReadonlyMap<Address, Memo>
  readonly announced: ReadonlyMap<Address, Announcement>
}

/** The one clock that all waiting goes by. It runs at AWS's pace: under `ECOM_INFRA_PACE` all of it is scaled alike. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Seconds that one of its own takes for those who wait. */
  readonly pace: number
  pause(seconds: number): Promise<void>
}

/** Something that a look saw, and what kind of thing it is. */
export interface Sighting {
  readonly type: AnyType
  readonly place: Place | null
  readonly live: Live
}

export interface LookInput {
  /** Every type there is, in the order of the registry. */
  readonly types: readonly AnyType[]
  /** What is asked for; a teardown asks for the same graph that `up` would build. */
  readonly graph: Graph
  readonly memory: Memory
  /** Nothing is going to be made, so what is hidden would not even be met by its name or token, but left behind. */
  readonly teardown?: boolean
  /** Every type is asked for, whatever is remembered: what is missed would stay unknown. A teardown always does so. */
  readonly thorough?: boolean
  /** Addresses that AWS tells of at home without being asked for a type: some may be gone, and some are missing. */
  readonly hints?: (ctx: unknown) => Promise<readonly Address[]>
  /** A context for one look at a place; its memo lives as long as the look. */
  readonly ctx: (place: Place | null, address: Address | null) => unknown
  readonly clock: Clock
  readonly emit: Emit
}

/** One listing: a type at a place. */
interface Errand {
  readonly type: AnyType
  readonly place: Place | null
  readonly addresses: readonly Address[]
}

/** Seconds between two looks at what may be hidden. */
const AGAIN = 5

/**
 * Reads everything that is the stack's: one listing for each type and place, all at once, parents before children.
 * An announced creation with neither name nor token that is not to be seen may only be hidden by AWS's delay,
 * so it gets looks until the doubt is over (design.md 6.4).
 */
export async function look(input: LookInput): Promise<readonly Sighting[]> {
  const contexts = new Map<string, unknown>()
  const seen: Sighting[] = []
  const walk = async (all: readonly Errand[]) => {
    for (const wave of waves(all)) {
      const found = await Promise.all(
        wave.map((errand) => run(errand, input, seen, contextAt(contexts, errand.place, input))),
      )
      seen.push(...found.flat())
    }
  }
  const first = errands(input)
  const unread = input.types.filter((type) => !first.some((errand) => errand.type === type && errand.place === null))
  const hints = unread.length > 0 && input.hints ? input.hints(contextAt(contexts, null, input)) : []
  const [told] = await Promise.all([hints, walk(first)])
  const hinted = unread.filter(({ type }) => told.some((address) => address.startsWith(`${type}/`)))
  await walk(hinted.map(atHome))
  // One that lives and that nobody remembers: the manifest is not whole, and may lack what no hint tells of.
  const isStray = seen.some(({ type, live }) => live.ours && hinted.includes(type))
  if (isStray) await walk(unread.filter((type) => !hinted.includes(type)).map(atHome))
  return seen
}

const atHome = (type: AnyType): Errand => ({ type, place: null, addresses: [] })

function contextAt(contexts: Map<string, unknown>, place: Place | null, input: LookInput): unknown {
  const key = JSON.stringify(place)
  if (!contexts.has(key)) contexts.set(key, input.ctx(place, null))
  return contexts.get(key)
}

/**
 * Types that the graph or the manifest mention, as resources or as announced creations;
 * without a manifest all of them, for it may have mentioned any.
 */
function errands({ types, graph, memory, teardown = false, thorough = false }: LookInput): readonly Errand[] {
  const wanted = new Map<string, { type: AnyType; place: Place | null; addresses: Set<Address> }>()
  const want = (name: string, place: Place | null, address: Address | null) => {
    const type = types.find((candidate) => candidate.type === name)
    if (!type) return
    const key = `${name} ${JSON.stringify(place)}`
    const errand = wanted.get(key) ?? { type, place, addresses: new Set<Address>() }
    wanted.set(key, errand)
    if (address) errand.addresses.add(address)
  }
  for (const node of graph.nodes.values()) want(node.type.type, node.place, node.address)
  for (const [address, memo] of memory.resources) want(memo.type, memo.place, address)
  for (const address of memory.announced.keys()) {
    if (graph.nodes.has(address) || memory.resources.has(address)) continue
    want(address.slice(0, address.indexOf('/')), null, address)
  }
  if (teardown || thorough || memory.resources.size === 0) for (const type of types) want(type.type, null, null)
  return [...wanted.values()].map(({ type, place, addresses }) => ({ type, place, addresses: [...addresses] }))
}

/** Children are looked at after their parents. */
function waves(all: readonly Errand[]): readonly (readonly Errand[])[] {
  const depth = (type: AnyType, path: readonly string[] = []): number => {
    const parents = (type.parents ?? []).filter((name) => !path.includes(name))
    const known = all.map((errand) => errand.type).filter((candidate) => parents.includes(candidate.type))
    return known.length === 0 ? 0 : 1 + Math.max(...known.map((parent) => depth(parent, [...path, type.type])))
  }
  const byDepth = Map.groupBy(all, (errand) => depth(errand.type))
  return [...byDepth.entries()].sort(([a], [b]) => a - b).map(([, errandsAt]) => errandsAt)
}

async function run(errand: Errand, input: LookInput, seen: readonly Sighting[], ctx: unknown): Promise<Sighting[]> {
  const { type, place } = errand
  const asked = errand.addresses.map((address) => askedFor(address, input, seen))
  const doubtful = asked.filter((one) => isDoubtful(one, type, input))
  for (let first = true; ; first = false) {
    const found = await type.read(first ? ctx : input.ctx(place, null), asked)
    const hidden = doubtful.filter(({ address }) => !found.some((live) => live.address === address))
    const doubt = hidden.filter(
      ({ address }) => input.clock.now() < (input.memory.announced.get(address)?.doubtUntil ?? 0),
    )
    if (doubt.length === 0) return found.map((live) => ({ type, place, live }))
    const [one] = doubt
    if (first && one) {
      const doubtUntil = input.memory.announced.get(one.address)?.doubtUntil ?? 0
      const left = Math.ceil(((doubtUntil - input.clock.now()) * input.clock.pace) / 1000)
      const text = `an interrupted run may have made it: looking until AWS would surely show it, at most ${left} s`
      input.emit({ kind: 'note', address: one.address, text })
    }
    await input.clock.pause(AGAIN)
  }
}

/**
 * Announced by a dead run, and not going to be asked for again by a name or token that AWS would recognise.
 * An id makes no difference: it is that of a predecessor.
 */
const isDoubtful = ({ address, token }: Asked, { about }: AnyType, { graph, teardown = false }: LookInput): boolean =>
  token !== null && (about.identity === 'tags' || teardown || !graph.nodes.has(address))

/** What a type is asked to look for: the id that is remembered, and the spec as far as others have been found. */
export function askedFor(
  address: Address,
  { graph, memory }: Pick<LookInput, 'graph' | 'memory'>,
  seen: readonly Sighting[],
): Asked {
  const node = graph.nodes.get(address)
  const lookup = (ref: Ref): unknown => {
    const owner = seen.find(({ live }) => live.address === ref.$ref && live.ours)
    return (owner?.live.out as Record<string, unknown> | undefined)?.[ref.field] ?? UNKNOWN
  }
  return {
    address,
    id: memory.resources.get(address)?.id ?? null,
    token: memory.announced.get(address)?.token ?? null,
    spec: node ? (resolve(node.spec, lookup) as object) : null,
  }
}
