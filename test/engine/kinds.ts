import { GENERATION, generationOf } from '../../src/engine/generation.ts'
import type { About, AnyType, Asked, Found, ResourceType } from '../../src/engine/resource.ts'
import type { Cloud, Ctx, Shape, Spec, Thing } from './cloud.ts'
import { CloudError } from './weather.ts'

export interface Out {
  readonly id: string
  /** Moves with the size: an output that a change alters. */
  readonly label: string
}

export const STACK = 'ecom-infra:stack'
const ADDRESS = 'ecom-infra:address'
/** Our tags for an address. */
export const tagsFor = (address: string) => ({ [STACK]: 'test', [ADDRESS]: address })

export interface Kind {
  readonly type: string
  readonly about: Pick<About, 'identity' | 'usable' | 'replaceBy' | 'holdsData' | 'seconds'>
  /** It takes `seconds.create` to become usable. */
  readonly slow: boolean
  /** The type whose child it is: it has no tags and is known by its parent and its name. */
  readonly parent?: string
}

export type Type = ResourceType<Spec, Out, Ctx>

/** What mutable fields are before the first sync. */
const BARE = { size: 0, targets: [], loose: [] }

/** A resource type of the cloud, written as those of src/resources are. */
export function typeOf(cloud: Cloud, kind: Kind): Type {
  const { type, about, slow, parent } = kind
  const call = { type, address: null }
  const self: Type = {
    type,
    fields: {
      ...{ size: 'mutable', zone: 'immutable', image: 'initial' },
      ...{ homes: 'immutable', targets: 'mutable', loose: 'mutable' },
    },
    holds: ['targets'],
    ...(parent === undefined ? {} : { parents: [parent] }),
    about: {
      ...about,
      ...{ timeout: 600, ownership: 'own', actions: { read: [], create: [], sync: [], destroy: [] } },
    },
    read: (ctx, asked) => cloud.call(ctx, { ...call, verb: 'read' }, () => listing(cloud, kind, { ctx, asked })),
    create: (ctx, address, spec, token) =>
      cloud.call(ctx, { type, verb: 'create', address }, () =>
        create(cloud, kind, { ctx, self, address, spec, token }),
      ),
    sync: (ctx, spec, { id, address }, changed) =>
      cloud.call(ctx, { type, verb: 'sync', address }, () => {
        const { readyAt, spec: old, tags } = cloud.get(id)
        if (readyAt > cloud.clock.now()) throw new CloudError('not-now', `IncorrectState: ${id}`)
        const fields = [...changed].filter((field) => field !== 'tags')
        if (fields.some((field) => self.fields[field] !== 'mutable')) throw new Error(`sync of ${fields} at ${address}`)
        const next = { ...old, ...Object.fromEntries(fields.map((field) => [field, spec[field]])) }
        cloud.checkMentions(next.targets)
        cloud.change(id, {
          spec: next,
          tags: changed.has('tags') ? { ...tags, ...birthTags(ctx, self, address, spec) } : tags,
        })
      }),
    destroy: (ctx, { id, address }) => destroy(cloud, ctx, { kind, id, address }),
  }
  return slow ? { ...self, ready: (ctx, id) => ready(cloud, ctx, { type, id }) } : self
}

const birthTags = (ctx: Ctx, self: Type, address: string, spec: Spec): Readonly<Record<string, string>> => {
  const generation = self.about.replaceBy === 'create-first' ? generationOf(self as unknown as AnyType, spec) : null
  return { ...ctx.tags(address), ...(generation === null ? {} : { [GENERATION]: generation }) }
}

const placeOf = (ctx: Ctx): string => ctx.place?.region ?? 'home'

interface Birth {
  readonly ctx: Ctx
  readonly self: Type
  readonly address: string
  readonly spec: Spec
  readonly token: string
}

function create(cloud: Cloud, kind: Kind, { ctx, self, address, spec, token }: Birth): string {
  cloud.checkMentions(spec.homes)
  const tags = birthTags(ctx, self, address, spec)
  const frozen = JSON.stringify([spec.zone, spec.homes])
  const { identity } = kind.about
  const known = identity === 'token' ? cloud.tokens.get(`${kind.type} ${token}`) : undefined
  if (known && known.frozen !== frozen) throw new CloudError('exists', `IdempotentParameterMismatch: ${address}`)
  if (known) return known.id
  const place = placeOf(ctx)
  const name = identity === 'name' ? `${address} ${tags[GENERATION] ?? ''}` : null
  const namesake = [...cloud.things.values()].find((other) => other.name === name && other.place === place)
  if (name !== null && namesake) throw new CloudError('exists', `AlreadyExists: ${namesake.id}`)
  const twin = cloud.living.find((other) => {
    const same = other.tags[ADDRESS] === address && other.type === kind.type && other.failed === null
    return same && other.tags[GENERATION] === tags[GENERATION]
  })
  const readyAt = cloud.clock.now() + (kind.slow ? kind.about.seconds.create * 1000 : 0)
  const bare = { ...spec, ...BARE }
  const usableAt = kind.about.usable === 'ready' ? readyAt : 0
  const made = cloud.add({
    type: kind.type,
    name,
    place,
    spec: bare,
    tags: kind.parent ? { [ADDRESS]: address } : tags,
    readyAt,
    usableAt,
  })
  if (twin) cloud.crowd.push(`${made.id} beside ${twin.id} at ${address}`)
  cloud.tokens.set(`${kind.type} ${token}`, { id: made.id, frozen })
  return made.id
}

interface Question {
  readonly ctx: Ctx
  readonly asked: readonly Asked[]
}

/** The stack's by its tag or by its parent, and what was asked for by id or by name. */
function listing(cloud: Cloud, kind: Kind, { ctx, asked }: Question): readonly Found<Spec, Out>[] {
  const here = cloud.living.filter(({ type, place }) => type === kind.type && place === placeOf(ctx))
  return here.flatMap((thing): readonly Found<Spec, Out>[] => {
    const view = cloud.view(thing)
    if (!view) return []
    const byId = asked.find(({ id }) => id === thing.id)
    const byName = asked.find(({ address }) => thing.name?.startsWith(`${address} `))
    const ours = isOurs(cloud, kind, view) || (byId !== undefined && kind.parent === undefined)
    const address = (ours && byId?.address) || view.tags[ADDRESS] || byName?.address
    if (!address || !(ours || byName)) return []
    const out = { id: thing.id, label: `${thing.id} of ${view.spec.size}` }
    const found = { address: address as Asked['address'], id: thing.id, ours, spec: view.spec, out }
    const tags = kind.parent === undefined ? view.tags : null
    return [{ ...found, tags, ...(thing.failed === null ? {} : { failed: thing.failed }) }]
  })
}

function isOurs(cloud: Cloud, { parent }: Kind, { tags, spec }: Shape): boolean {
  if (parent === undefined) return tags[STACK] !== undefined
  return cloud.things.get(spec.homes[0] ?? '')?.tags[STACK] !== undefined
}

async function ready(cloud: Cloud, ctx: Ctx, { type, id }: Pick<Thing, 'type' | 'id'>): Promise<void> {
  const { readyAt, failed } = await cloud.call(ctx, { type, verb: 'ready', address: id }, () => cloud.get(id))
  if (failed !== null) throw new CloudError('refused', `${id} has failed: ${failed}`)
  while (cloud.clock.now() < readyAt) {
    await cloud.clock.pause(Math.min(5, (readyAt - cloud.clock.now()) / 1000))
    await ctx.life.breathe()
    ctx.signal.throwIfAborted()
  }
}

async function destroy(
  cloud: Cloud,
  ctx: Ctx,
  { kind, id, address }: { kind: Kind; id: string; address: string },
): Promise<void> {
  const gone = () => cloud.things.get(id) === undefined
  const begin = () => {
    const thing = cloud.things.get(id)
    const holders = cloud.holders(id)
    if (!thing || thing.goneAt !== null) return true
    const alive = holders.find(({ goneAt }) => goneAt === null)
    if (alive) throw new CloudError('refused', `DependencyViolation: ${id} is in use by ${alive.id}`)
    if (holders.length === 0) thing.goneAt = cloud.clock.now() + kind.about.seconds.delete * 1000
    return holders.length === 0
  }
  while (!(await cloud.call(ctx, { type: kind.type, verb: 'destroy', address }, begin))) await cloud.clock.pause(2)
  while (!gone()) {
    await cloud.clock.pause(1)
    await ctx.life.breathe()
    cloud.bury()
  }
}
