import { type Ctx, memory } from '../aws/ctx.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Plan } from '../engine/steps.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

/** What stands in the way of deleting each thing, and what would be lost with it. */
export type Farewells = ReadonlyMap<Address, Farewell>

/** Asked of everything that is to go, whether for good or for a successor; costs nothing when nothing goes. */
export async function farewellsOf(session: Session, { steps }: Plan): Promise<Farewells> {
  const { ctx } = toolsOf(session)
  const memos = new Map<string, Ctx['memo']>()
  const going = steps.filter(({ action }) => action === 'delete' || action === 'replace')
  const said = going.map(async ({ address, type, place, live }) => {
    // What several of them list is listed once, and now: a look may be older.
    const key = JSON.stringify(place)
    const memo = memos.get(key) ?? memory()
    memos.set(key, memo)
    const farewell = live ? await type.farewell?.({ ...ctx(place, address), memo }, live) : undefined
    return farewell ? [[address, farewell] as const] : []
  })
  return new Map((await Promise.all(said)).flat())
}

/** `shop-dev-main-final-20261121170000`: whoever looks for what was kept finds it by the stack's name. */
export function finalSnapshotOf(stack: string, address: Address, at: Date): string {
  const stamp = at.toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `${stack}-${address.slice(address.indexOf('/') + 1)}-final-${stamp}`
}

interface Last {
  readonly stack: string
  readonly deleteData: boolean
  readonly at: Date
}

/** The same, with what a final snapshot would save on the side where it belongs. */
export function settled(farewells: Farewells, { stack, deleteData, at }: Last): Farewells {
  const entries = [...farewells].map(([address, { spared = [], losses, ...rest }]): [Address, Farewell] => {
    if (deleteData) {
      const lost = spared.map((words) => `${words}: no final snapshot is taken`)
      return [address, { ...rest, losses: [...losses, ...lost], spared: [] }]
    }
    const name = finalSnapshotOf(stack, address, at)
    return [address, { ...rest, losses, spared: spared.map((words) => `${words}: in the final snapshot ${name}`) }]
  })
  return new Map(entries)
}

interface Hindrance {
  readonly deleteData: boolean
  /** Why nothing may be deleted at all. */
  readonly protection?: string | null
}

/** The plan as it would end: what stands in the way, or would lose data without a word, is blocked. */
export function hindered(plan: Plan, farewells: Farewells, { deleteData, protection = null }: Hindrance): Plan {
  const steps = plan.steps.map((step) => {
    const { blockers = [], losses = [] } = farewells.get(step.address) ?? {}
    const reasons = [...(protection === null ? [] : [protection]), ...blockers, ...(deleteData ? [] : losses)]
    return reasons.length === 0 ? step : { ...step, action: 'blocked' as const, reason: reasons.join('; ') }
  })
  return { ...plan, steps }
}
