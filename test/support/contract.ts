import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { clockOf, contexts } from '../../src/app/context.ts'
import { type Clients, connect } from '../../src/aws/clients.ts'
import type { Ctx } from '../../src/aws/ctx.ts'
import { verdictOf } from '../../src/aws/failure.ts'
import type { CallRecord, Gate } from '../../src/aws/middleware.ts'
import { tagsFor } from '../../src/aws/ownership.ts'
import { Rates } from '../../src/aws/rate.ts'
import type { Event } from '../../src/engine/events.ts'
import { execute } from '../../src/engine/execute.ts'
import { Graph } from '../../src/engine/graph.ts'
import { look, type Memo, type Memory } from '../../src/engine/look.ts'
import { plan } from '../../src/engine/plan.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { Journal, Runtime } from '../../src/engine/runtime.ts'
import { NO_CONSENT, type Plan } from '../../src/engine/steps.ts'
import { types } from '../../src/resources/index.ts'
import './emulator.ts'
import { actionsAllow } from './iam-actions.ts'
import { startProxy } from './proxy.ts'

export interface World {
  readonly stack: string
  readonly account: string
  readonly region: string
  /** Clients of a stranger: what the type itself does is not asked of the type. */
  readonly raw: Clients
  readonly ctx: Ctx
}

export interface Subject {
  readonly address: Address
  /** The subject and what it depends on. */
  graph(world: World, variant: 'first' | 'changed' | 'replaced'): Graph
  /** Reads AWS with raw SDK commands and asserts what stands there. */
  verify(world: World, id: string, variant: 'first' | 'changed'): Promise<void>
  /** How a stranger changes each mutable field. */
  readonly drifts: Readonly<Record<string, (world: World, id: string) => Promise<unknown>>>
  /** A stranger deletes it. */
  vanish(world: World, id: string): Promise<unknown>
  gone(world: World, id: string): Promise<boolean>
  /** What the plan says for the 'replaced' variant; null when no immutable field can be varied. */
  readonly replaced: 'replace' | 'blocked' | null
  /** Of all waiting, for a type that AWS makes wait for minutes at each change. */
  readonly pace?: string
}

/** The manifest's place in these tests: remembers, and can be forgotten. */
export class Notebook implements Journal {
  readonly resources = new Map<Address, Memo>()
  readonly announced = new Map<Address, string>()

  async announce(creations: readonly { readonly address: Address; readonly token: string }[]): Promise<void> {
    for (const { address, token } of creations) this.announced.set(address, token)
  }
  withdraw(address: Address): void {
    this.announced.delete(address)
  }
  record(address: Address, entry: Memo): void {
    this.announced.delete(address)
    this.resources.set(address, entry)
  }
  forget(address: Address): void {
    this.resources.delete(address)
  }
  memory(): Memory {
    const announced = [...this.announced].map(([address, token]) => [address, { token, doubtUntil: 0 }] as const)
    return { resources: new Map(this.resources), announced: new Map(announced) }
  }
}

const CREDENTIALS = { accessKeyId: 'testing', secretAccessKey: 'testing' }
const REGION = 'us-east-1'

/** A stack of its own on the emulator, with an engine around it. */
export class Bench {
  readonly calls: CallRecord[] = []
  readonly events: Event[] = []
  readonly world: World
  /** Looks as the program does, at all of the stack. Without, a look shows what a type asks for itself. */
  wide = false
  readonly #ctx: ReturnType<typeof contexts>
  readonly #gate: Gate
  readonly #stop = new AbortController()

  constructor(endpoint: string, account: string) {
    const stack = `t${randomUUID().slice(0, 6)}-test`
    const gate = (heard: (call: CallRecord) => void): Gate => ({
      ...{ rates: new Rates(), signal: this.#stop.signal, permit: () => null, heard, credentials: null },
    })
    const connection = { region: REGION, endpoint, credentials: CREDENTIALS }
    const identity = { account, partition: 'aws', arn: `arn:aws:iam::${account}:root` }
    this.#gate = gate((call) => this.calls.push(call))
    const emit = (event: Event) => this.events.push(event)
    this.#ctx = contexts({ stack, identity, connection, gate: this.#gate, tags: { team: 'web' }, retired: [], emit })
    const raw = connect(
      connection,
      gate(() => undefined),
    )
    this.world = { stack, account, region: REGION, raw, ctx: this.#ctx(null, null) }
  }

  async plan(wanted: Graph, notebook: Notebook, asked: Graph = wanted): Promise<Plan> {
    const memory = notebook.memory()
    const emit = (event: Event) => this.events.push(event)
    const aim = this.wide ? { wide: true, teardown: wanted.nodes.size === 0 } : {}
    const sightings = await look({
      types,
      graph: asked,
      memory,
      ctx: (place, address) => ({ ...this.#ctx(place, address), ...aim }),
      clock: clockOf(this.#stop.signal),
      emit,
    })
    const tags = (address: Address) => tagsFor(this.world.stack, address, { team: 'web' })
    const consent = { ...NO_CONSENT, teardown: wanted.nodes.size === 0 }
    return plan({ graph: wanted, asked, types, sightings, memory, consent, tags })
  }

  /** Plans and applies; fails with the errors of whatever failed. */
  async apply(wanted: Graph, notebook: Notebook, asked: Graph = wanted): Promise<Plan> {
    const planned = await this.plan(wanted, notebook, asked)
    const result = await execute({
      plan: planned,
      graph: wanted,
      memory: notebook.memory(),
      runtime: this.#runtime(notebook),
    })
    const failed = result.fates.filter(({ outcome }) => outcome !== 'done')
    expect(failed.map(({ address, outcome, error }) => `${address} ${outcome}: ${String(error)}`)).toEqual([])
    return planned
  }

  #runtime(journal: Journal): Runtime {
    return {
      ...{
        ctx: this.#ctx,
        journal,
        clock: clockOf(this.#stop.signal),
        judge: verdictOf,
        stop: this.#stop,
        concurrency: 8,
      },
      emit: (event) => this.events.push(event),
      tags: (address) => tagsFor(this.world.stack, address, { team: 'web' }),
      token: () => randomUUID().replaceAll('-', ''),
      terms: () => ({ deleteData: true, snapshotName: null }),
    }
  }
}

const actionOf = ({ steps }: Plan, address: Address) => steps.find((step) => step.address === address)?.action
const busy = ({ steps }: Plan) =>
  steps
    .filter(({ action }) => action !== 'none')
    .map(({ address, action, changes, reason }) => ({ address, action, reason, changes }))

/** The promises that every resource type keeps (design.md 8). One call is a type's whole test against the emulator. */
export function keepsTheContract(subject: Subject): void {
  const { address } = subject
  describe(`${address} keeps the contract`, () => {
    let proxy: Awaited<ReturnType<typeof startProxy>>
    let bench: Bench
    beforeAll(async () => {
      process.env.ECOM_INFRA_PACE = subject.pace ?? '0.02'
      // An account of its own, so that files do not disturb each other.
      const account = process.env.ECOM_INFRA_TEST_ENDPOINT
        ? '123456789012'
        : String(100_000_000_000 + Math.floor(Math.random() * 800_000_000_000))
      proxy = await startProxy({ target: inject('emulatorUrl'), account })
      bench = new Bench(proxy.url, account)
    })
    afterAll(() => proxy.close())

    const first = () => subject.graph(bench.world, 'first')
    const idIn = (notebook: Notebook): string => {
      const id = notebook.resources.get(address)?.id
      expect(id).toBeDefined()
      return id ?? ''
    }
    const notebook = new Notebook()

    test('created as specified, and a second plan is empty', async () => {
      await bench.apply(first(), notebook)
      await subject.verify(bench.world, idIn(notebook), 'first')
      expect(busy(await bench.plan(first(), notebook))).toEqual([])
    })

    test('a forgotten manifest is recovered: no second one is made', async () => {
      expect(busy(await bench.plan(first(), new Notebook()))).toEqual([])
    })

    test('each mutable field, changed by a stranger, is seen and repaired', async () => {
      for (const [field, drift] of Object.entries(subject.drifts)) {
        await drift(bench.world, idIn(notebook))
        const seen = await bench.plan(first(), notebook)
        const step = seen.steps.find((one) => one.address === address)
        expect([field, step?.action, step?.changes.some((change) => change.field === field)]).toEqual([
          field,
          'update',
          true,
        ])
        await bench.apply(first(), notebook)
        expect([field, busy(await bench.plan(first(), notebook))]).toEqual([field, []])
      }
      await subject.verify(bench.world, idIn(notebook), 'first')
    })

    test('every mutable field has a drift', () => {
      const type = types.find((candidate) => address.startsWith(`${candidate.type}/`))
      const mutable = Object.entries(type?.fields ?? {}).filter(([, change]) => change === 'mutable')
      expect(Object.keys(subject.drifts)).toEqual(expect.arrayContaining(mutable.map(([field]) => field)))
    })

    test('a changed spec is applied', async () => {
      const before = idIn(notebook)
      await bench.apply(subject.graph(bench.world, 'changed'), notebook)
      expect(idIn(notebook)).toBe(before)
      await subject.verify(bench.world, before, 'changed')
      expect(busy(await bench.plan(subject.graph(bench.world, 'changed'), notebook))).toEqual([])
      await bench.apply(first(), notebook)
    })

    test('deleted behind our back, it is made again', async () => {
      await subject.vanish(bench.world, idIn(notebook))
      expect(actionOf(await bench.plan(first(), notebook), address)).toBe('create')
      await bench.apply(first(), notebook)
      await subject.verify(bench.world, idIn(notebook), 'first')
    })

    // A type without an immutable field has nothing to show here.
    if (subject.replaced !== null)
      test('an immutable field: replaced or refused', async () => {
        const wanted = () => subject.graph(bench.world, 'replaced')
        expect(actionOf(await bench.plan(wanted(), notebook), address)).toBe(subject.replaced)
        if (subject.replaced !== 'replace') return
        const before = idIn(notebook)
        await bench.apply(wanted(), notebook)
        if (idIn(notebook) !== before) expect(await subject.gone(bench.world, before)).toBe(true)
        expect(busy(await bench.plan(wanted(), notebook))).toEqual([])
        await bench.apply(first(), notebook)
      })

    test('destroyed twice without an error, and nothing is left', async () => {
      const id = idIn(notebook)
      const type = types.find((candidate) => address.startsWith(`${candidate.type}/`))
      const last = await bench.plan(new Graph(), notebook, first())
      const live = last.steps.find((step) => step.address === address)?.live
      await bench.apply(new Graph(), notebook, first())
      expect(await subject.gone(bench.world, id)).toBe(true)
      if (live) await type?.destroy(bench.world.ctx, live, { deleteData: true, snapshotName: null })
      expect(busy(await bench.plan(new Graph(), new Notebook(), first()))).toEqual([])
    })

    test('calls seen are declared as actions', () => {
      const declared = types.flatMap((type) => Object.values(type.about.actions).flat())
      expect(
        bench.calls
          .map(({ service, operation }) => `${service}:${operation}`)
          .filter((call) => !actionsAllow(declared, call)),
      ).toEqual([])
    })
  })
}
