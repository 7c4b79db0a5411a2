import type { Ctx } from '../aws/ctx.ts'
import { architectureOf, type Facts, readFacts } from '../aws/facts.ts'
import { retiredTags, tagsFor } from '../aws/ownership.ts'
import { hintedAddresses } from '../aws/tagged.ts'
import { draw } from '../blueprints/index.ts'
import { Graph } from '../engine/graph.ts'
import { look, type Memory, type Sighting } from '../engine/look.ts'
import { plan } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Change, Place } from '../engine/resource.ts'
import type { Consent, Plan } from '../engine/steps.ts'
import { types } from '../resources/index.ts'
import type { StatePlace } from '../state/keys.ts'
import { type Loaded, loadManifest } from '../state/load.ts'
import { Locked } from '../state/lock-document.ts'
import { clockOf, contexts } from './context.ts'
import { busyText, type Recorded, recall, recorded, watchful } from './doubt.ts'
import type { Session } from './session.ts'

/** Everything that a plan is made from. */
export interface Observation {
  readonly facts: Facts
  readonly loaded: Loaded
  readonly memory: Memory
  /** What the config wants. */
  readonly wanted: Graph
  readonly sightings: readonly Sighting[]
  /** When the look began, by the monotonic clock. */
  readonly at: number
  /** The context that the look at a place was made with: it still knows the listings. */
  readonly context: (place: Place | null) => Ctx
}

/** How old a look may be when the lock has been taken (design.md 6.1). */
const STALE_MS = 30_000

/** Whether what was seen without the lock still counts under it: nobody has written since, and it is not too old. */
export const isFresh = (seen: Observation, now: Loaded): boolean =>
  now.etag === seen.loaded.etag && performance.now() - seen.at < STALE_MS

/** The config's tags as last applied; none where the manifest is lost. */
export const appliedTags = ({ manifest }: Loaded): Readonly<Record<string, string>> =>
  (manifest.config as { tags?: Readonly<Record<string, string>> }).tags ?? {}

/** Contexts and tags of a session. Without what was last applied, no tag of it is taken off. */
export function toolsOf(session: Session, before?: Loaded) {
  const { config } = session.loaded
  const retired = before ? retiredTags(appliedTags(before), config.tags) : []
  const off = Object.fromEntries(retired.map((key) => [key, null]))
  const tags = (address: Address) => ({ ...off, ...tagsFor(session.stack, address, config.tags) })
  return { ctx: contexts({ ...session, tags: config.tags, retired }), clock: clockOf(session.stop.signal), tags }
}

export interface Wishes {
  /** The current image counts, not the one that a living launch template pins. */
  readonly refreshImage?: boolean
  /** Everything is to go: what a dead run may have made is waited for, whatever its kind. */
  readonly teardown?: boolean
  /** Every kind of thing is looked for, whatever the manifest says. */
  readonly thorough?: boolean
  /** Something is going to be changed: not while another run is at work. The others look at what is there by now. */
  readonly changes?: boolean
  /** What an earlier look of this run recalled, which holds the lock now: what that has waited for is not waited for again. */
  readonly before?: Memory
}

/** What an image can become: a launch template takes another, a server has to be made anew. */
const IMAGE: Readonly<Record<string, Change>> = { 'ec2:launch-template': 'mutable', 'ec2:instance': 'immutable' }

/**
 * Makes the image a field like any other, for this run: of everything that has one when that was asked for, else of
 * what is to change its architecture, for which the living image cannot boot.
 */
function refreshImages(graph: Graph, sightings: readonly Sighting[], all: boolean): void {
  for (const node of graph.nodes.values()) {
    const imageId = IMAGE[node.type.type]
    if (!imageId) continue
    const live = sightings.find((one) => one.live.address === node.address && one.live.ours)?.live
    if (!all && (!live || architectureIn(live.spec) === architectureIn(node.spec))) continue
    const fields = { ...node.type.fields, imageId }
    graph.nodes.set(node.address, { ...node, type: { ...node.type, fields } })
  }
}

const architectureIn = (spec: object): string =>
  architectureOf((spec as { readonly instanceType: string }).instanceType)

/** Reads the facts, the manifest and everything of the stack that lives in AWS. Changes nothing. */
export async function observe(
  session: Session,
  { refreshImage = false, teardown = false, thorough = false, changes = false, before }: Wishes = {},
): Promise<Observation> {
  const { config } = session.loaded
  const at = performance.now()
  session.emit({ kind: 'phase', phase: 'look', text: `looking at ${session.stack} in ${config.region}` })
  const place = { account: session.identity.account, region: config.region }
  const wishes = {
    region: config.region,
    instanceTypes: [config.web.instanceType, config.bastion.instanceType],
    tls: session.tls,
  }
  const [facts, record] = await Promise.all([
    readFacts(session.clients, session.identity, wishes),
    before ? locked(session, place) : unlocked(session, place, changes),
  ])
  const { loaded } = record
  const wanted = draw(config, facts)
  const memory = await recall(session, record, before)
  for (const text of strangersIn(memory)) session.emit({ kind: 'note', address: null, text })
  const { ctx, clock: calm } = toolsOf(session, loaded)
  const clock = changes ? watchful(session) : calm
  const first = new Map<string, Ctx>()
  const keeping = (where: Place | null, address: Address | null): Ctx => {
    const made: Ctx = { ...ctx(where, address), wide: true, teardown }
    const key = JSON.stringify(where)
    if (!first.has(key)) first.set(key, made)
    return made
  }
  const sightings = await look({
    ...{ types, graph: wanted, memory, teardown, thorough, clock, emit: session.emit },
    ...{ ctx: keeping, hints: (home) => hintedAddresses(home as Ctx) },
  })
  refreshImages(wanted, sightings, refreshImage)
  const context = (where: Place | null) => first.get(JSON.stringify(where)) ?? ctx(where, null)
  return { facts, loaded, memory, wanted, sightings, at, context }
}

/** Under our own lock nobody else is at work, and of whom it was taken from is kept what matters. */
const locked = async ({ store, stack }: Session, place: StatePlace): Promise<Recorded> => ({
  ...{ loaded: await loadManifest(store, stack, place), dead: null, busy: null },
})

async function unlocked(session: Session, place: StatePlace, changes: boolean): Promise<Recorded> {
  const record = await recorded(session, place)
  if (!record.busy) return record
  if (changes) throw new Locked(session.stack, record.busy)
  session.emit({ kind: 'note', address: null, text: busyText(session.stack, record.busy) })
  return record
}

/** A manifest of a later version may remember types that this one does not know: they are left alone, and that is said. */
function strangersIn({ resources }: Memory): readonly string[] {
  const known = new Set(types.map(({ type }) => type))
  const strange = [...resources].filter(([, { type }]) => !known.has(type))
  return strange.map(([address]) => `${address} is of a type that this version does not know: it is left alone`)
}

/** What is to be done so that AWS shows `graph`. */
export function planFor(session: Session, seen: Observation, graph: Graph, consent: Consent): Plan {
  const { tags } = toolsOf(session, seen.loaded)
  const { wanted, sightings, memory } = seen
  return plan({ graph, asked: wanted, types, sightings, memory, consent, tags })
}

/** A teardown wants nothing. */
export const nothing = (): Graph => new Graph()
