import type { Place } from '../../src/engine/resource.ts'
import type { Life } from './life.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { type Call, CloudError, errorOf, fair, type Weather } from './weather.ts'

export interface Spec {
  readonly size: number
  readonly zone: string
  /** Initial: given at birth. */
  readonly image: string
  /** Immutable references: it lives in them. */
  readonly homes: readonly string[]
  /** Mutable references that hold their target. */
  readonly targets: readonly string[]
  /** Mutable references that nobody checks: a route may point at what is gone. */
  readonly loose: readonly string[]
}

export interface Shape {
  readonly spec: Spec
  readonly tags: Readonly<Record<string, string>>
}

export interface Thing extends Shape {
  readonly id: string
  readonly type: string
  /** What makes it the only one of its kind; null where nothing does. */
  readonly name: string | null
  readonly place: string
  readonly readyAt: number
  /** From when on others may mention it. */
  readonly usableAt: number
  /** Set while it is being deleted. */
  goneAt: number | null
  failed: string | null
  /** What listings show, from when on; the last one is what is. */
  readonly shown: readonly (Shape & { readonly from: number })[]
}

/** What a call is made with. */
export interface Ctx {
  readonly life: Life
  readonly signal: AbortSignal
  readonly place: Place | null
  readonly tags: (address: string) => Readonly<Record<string, string>>
}

/**
 * An AWS in memory, for one account. Its rules, each with a test in cloud.test.ts:
 *
 * - Every call takes time before its effect and time after it, on the virtual clock. The `weather` says how much, may
 *   refuse the call, or may lose its answer, before or after the effect. A run that is killed has no effect any more.
 * - A new thing is hidden from listings for a while, and a changed one is shown as it was for a while.
 * - What mentions something (as home or target) that is not there, is being deleted or is not usable yet is refused.
 * - What something living has as home or target cannot be deleted. A deletion takes time; meanwhile the thing is in no
 *   listing, but its name is taken and it holds what it mentions; who deletes that waits for it, as src/aws does.
 * - Names are unique while a thing lives, hidden or not. A token gives the same id for ever, even when that thing is
 *   long deleted, and is refused with other immutable fields. Things known by tags may be made any number of times.
 * - `crowd` remembers each time that one address (or one generation of it) had two living things.
 */
export class Cloud {
  readonly clock: VirtualClock
  readonly things = new Map<string, Thing>()
  readonly tokens = new Map<string, { readonly id: string; readonly frozen: string }>()
  readonly calls: Call[] = []
  readonly crowd: string[] = []
  weather: Weather = fair()
  #next = 1

  constructor(clock: VirtualClock) {
    this.clock = clock
  }

  /** How often something was asked for, of one address or of all. */
  count(verb: Call['verb'], address?: string): number {
    return this.calls.filter((call) => call.verb === verb && (address ?? call.address) === call.address).length
  }

  async call<T>(ctx: Ctx, call: Call, effect: () => T): Promise<T> {
    await ctx.life.pass()
    this.calls.push(call)
    const fault = this.weather.fault(call)
    await this.clock.pause(this.weather.latency(call))
    await ctx.life.breathe()
    if (fault !== null && fault !== 'lost-after') throw errorOf(fault, call)
    this.bury()
    const result = effect()
    await ctx.life.pass()
    await this.clock.pause(this.weather.latency(call))
    await ctx.life.breathe()
    if (fault !== null) throw errorOf(fault, call)
    return result
  }

  /** Everything that is there and not on its way out. */
  get living(): readonly Thing[] {
    return [...this.things.values()].filter(({ goneAt }) => goneAt === null)
  }

  add(thing: Omit<Thing, 'id' | 'shown' | 'goneAt' | 'failed'>): Thing {
    const id = `${thing.type.split(':')[1]}-${this.#next++}`
    const from = this.clock.now() + this.weather.hidden(thing.type) * 1000
    const made: Thing = {
      ...thing,
      id,
      goneAt: null,
      failed: null,
      shown: [{ spec: thing.spec, tags: thing.tags, from }],
    }
    this.things.set(id, made)
    return made
  }

  change(id: string, shape: Partial<Shape>, late: number = this.weather.late()): void {
    const thing = this.get(id)
    const next: Shape = { spec: shape.spec ?? thing.spec, tags: shape.tags ?? thing.tags }
    const from = Math.max(this.clock.now() + late * 1000, thing.shown.at(-1)?.from ?? 0)
    this.things.set(id, { ...thing, ...next, shown: [...thing.shown, { ...next, from }] })
  }

  /** What a listing shows of it now; null while it is hidden. */
  view(thing: Thing): Shape | null {
    const now = this.clock.now()
    return thing.goneAt === null ? (thing.shown.findLast(({ from }) => from <= now) ?? null) : null
  }

  get(id: string): Thing {
    const thing = this.things.get(id)
    if (!thing || thing.goneAt !== null) throw new CloudError('refused', `NotFound: ${id}`)
    return thing
  }

  /** Who would be left without its home or target. */
  holders(id: string): readonly Thing[] {
    return [...this.things.values()].filter(({ spec }) => [...spec.homes, ...spec.targets].includes(id))
  }

  checkMentions(ids: readonly string[]): void {
    for (const id of ids) {
      const { usableAt } = this.get(id)
      if (usableAt > this.clock.now()) throw new CloudError('refused', `NotReady: ${id}`)
    }
  }

  /** A stranger deletes it, with nobody's leave. */
  vanish(id: string): void {
    this.things.delete(id)
  }

  /** Removes what has been deleted for long enough. */
  bury(): void {
    const now = this.clock.now()
    for (const [id, { goneAt }] of this.things) if (goneAt !== null && goneAt <= now) this.things.delete(id)
  }
}
