import { type Builder, withdrawIdle } from './bring.ts'
import { entryOf, make, mend, visible } from './build.ts'
import type { Graph } from './graph.ts'
import { type Jobs, jobsOf } from './jobs.ts'
import { needsOf } from './leaving.ts'
import type { Memory } from './look.ts'
import { Observer } from './observer.ts'
import { type Fate, Progress } from './progress.ts'
import { type Address, type Ref, resolve } from './ref.ts'
import type { Live } from './resource.ts'
import type { Runtime } from './runtime.ts'
import { type Job, schedule } from './schedule.ts'
import type { Plan, Step } from './steps.ts'

export type { Fate }

export interface Result {
  readonly fates: readonly Fate[]
  /** Why the run ended before its time; null when it went through. */
  readonly stopped: unknown
  /** What the resources publish, for the stack's outputs. */
  readonly outs: ReadonlyMap<Address, object>
}

/** Whether all of it was done. */
export const isDone = ({ fates, stopped }: Pick<Result, 'fates' | 'stopped'>): boolean =>
  stopped === null && fates.every(({ outcome }) => outcome === 'done')

export interface Undertaking {
  readonly plan: Plan
  readonly graph: Graph
  readonly memory: Memory
  readonly runtime: Runtime
}

/**
 * Does what the plan says, in the order of the longest path, and writes it down. Never throws for a resource's failure:
 * that skips what depends on it and nothing else. Throws only when the announcement of the creations cannot be written:
 * then nothing has been created.
 */
export async function execute(undertaking: Undertaking): Promise<Result> {
  const execution = new Execution(undertaking)
  execution.remember()
  await execution.announce()
  return execution.run()
}

class Execution {
  readonly #plan: Plan
  readonly #runtime: Runtime
  readonly #memory: Memory
  readonly #builder: Builder
  readonly #outs = new Map<Address, object>()
  readonly #progress: Progress
  readonly #gone = new Set<string>()

  constructor({ plan, graph, memory, runtime }: Undertaking) {
    this.#plan = plan
    this.#runtime = runtime
    this.#memory = memory
    const observer = new Observer(graph, memory, runtime)
    const corrected = new Set<Address>()
    this.#progress = new Progress(runtime, corrected)
    this.#builder = { runtime, observer, tokens: new Map(), inherited: new Set(), corrected }
  }

  /**
   * What the look has found, so that the first write says it: a manifest that knows of some things only would keep the
   * next look from asking for the others.
   */
  remember(): void {
    for (const step of this.#plan.steps) {
      const { address, live, action } = step
      if (action === 'none' && live) this.#keep(step, live)
      if (!live?.ours || action === 'none' || action === 'blocked' || this.#memory.resources.has(address)) continue
      const dependsOn = needsOf(step, this.#plan)
      this.#runtime.journal.record(address, { ...entryOf(step, live), dependsOn })
    }
  }

  /** One write says all creations of the plan, before the first of them (design.md 6.2). */
  async announce(): Promise<void> {
    const born = this.#plan.steps.filter(({ action }) => action === 'create' || action === 'replace')
    const creations = born.map(({ address, action }) => {
      // A creation that a dead run announced is repeated with its token, so that AWS can recognise it.
      const known = action === 'create' ? this.#memory.announced.get(address)?.token : undefined
      if (known !== undefined) this.#builder.inherited.add(address)
      return { address, token: known ?? this.#runtime.token() }
    })
    if (creations.length > 0) await this.#runtime.journal.announce(creations)
    for (const { address, token } of creations) this.#builder.tokens.set(address, token)
  }

  async run(): Promise<Result> {
    const jobs = jobsOf(this.#plan, this.#memory, {
      make: (step, whole) => this.#make(step, whole),
      ready: (step) => this.#ready(step),
      drop: (step, live) => this.#drop(step, live),
    })
    await this.#schedule(jobs)
    withdrawIdle(this.#builder, (address) => this.#progress.began(address))
    const { signal } = this.#runtime.stop
    return { fates: this.#progress.fates, stopped: signal.aborted ? signal.reason : null, outs: this.#outs }
  }

  async #schedule({ jobs, steps }: Jobs): Promise<void> {
    const { concurrency, stop } = this.#runtime
    const onSkip = (job: Job) => {
      const step = steps.get(job.key)
      if (step && !this.#progress.ended(step.address)) this.#progress.finish(step, 'skipped', null)
    }
    await schedule(jobs, { concurrency, signal: stop.signal, onSkip })
  }

  #keep(step: Step, live: Live): void {
    this.#outs.set(step.address, live.out)
    this.#builder.observer.learn(step.address, { id: live.id, live })
    this.#runtime.journal.record(step.address, entryOf(step, live))
  }

  /** Created and in line: those that only need that may start. */
  async #make(step: Step, whole: boolean): Promise<void> {
    await this.#attempt(step, async () => {
      const spec = resolve(step.node?.spec ?? {}, (ref) => this.#value(ref)) as object
      const anew = step.action === 'create' || step.action === 'replace' || !step.live
      const live =
        anew || !step.live ? await make(this.#builder, step, spec) : await mend(this.#builder, step, spec, step.live)
      this.#keep(step, live)
      if (whole) this.#progress.finish(step, 'done', live.id)
    })
  }

  /** Usable, by AWS's own word. What it publishes is read again: an endpoint may only be known now. */
  async #ready(step: Step): Promise<void> {
    await this.#attempt(step, async () => {
      const { type, place, address } = step
      const id = this.#builder.observer.idOf(address)
      if (id === null) throw new Error(`${address} has no id yet.`)
      await type.ready?.(this.#runtime.ctx(place, address), id)
      if (type.about.usable === 'ready') this.#keep(step, await visible(this.#builder, { step, type, address }, id))
      this.#progress.finish(step, 'done', id)
    })
  }

  #value(ref: Ref): unknown {
    const value = (this.#outs.get(ref.$ref) as Record<string, unknown> | undefined)?.[ref.field]
    if (value === undefined) throw new Error(`${ref.$ref} publishes no ${ref.field}.`)
    return value
  }

  async #drop(step: Step, live: Live): Promise<void> {
    await this.#attempt(step, async () => {
      const ctx = this.#runtime.ctx(step.place, step.address)
      await this.#destroy(step, live, ctx)
      const replaced = this.#builder.observer.idOf(step.address)
      this.#gone.add(live.id)
      const last = (replaced === null || replaced === live.id) && !this.#remains(step)
      if (last) this.#runtime.journal.forget(step.address)
      if (step.action === 'delete') this.#progress.finish(step, 'done', live.id)
    })
  }

  /** Whether more of the same address has still to go. */
  #remains({ address }: Step): boolean {
    const leaving = this.#plan.steps.filter((step) => step.address === address && step.action === 'delete')
    return leaving.some(({ live }) => live !== null && !this.#gone.has(live.id))
  }

  /** A deletion is safe to repeat, so a lost answer is simply asked again. */
  async #destroy(step: Step, live: Live, ctx: unknown): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#runtime.stop.signal.throwIfAborted()
      try {
        return await step.type.destroy(ctx, live, this.#runtime.terms(step.address))
      } catch (error) {
        if (this.#runtime.judge(error) !== 'lost' || attempt === 3) throw error
        await this.#runtime.clock.pause(5)
      }
    }
  }

  async #attempt(step: Step, work: () => Promise<void>): Promise<void> {
    this.#progress.start(step)
    try {
      await work()
    } catch (error) {
      const { stop, judge } = this.#runtime
      // Left where it was by an interrupt: that is nobody's failure.
      if (stop.signal.aborted && error === stop.signal.reason) this.#progress.finish(step, 'skipped', null)
      else this.#progress.finish(step, 'failed', null, error)
      if (judge(error) === 'stop' && !stop.signal.aborted) stop.abort(error)
      throw error
    }
  }
}
