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
  const going = steps.filter(({ action }) => action === 'delete' || action === 'replace')
  const said = going.map(async ({ address, type, place, live }) => {
    const farewell = live ? await type.farewell?.(ctx(place, address), live) : undefined
    return farewell ? [[address, farewell] as const] : []
  })
  return new Map((await Promise.all(said)).flat())
}

/** The plan as it would end: what stands in the way, or would lose data without a word, is blocked. */
export function hindered(plan: Plan, farewells: Farewells, deleteData: boolean): Plan {
  const steps = plan.steps.map((step) => {
    const { blockers = [], losses = [] } = farewells.get(step.address) ?? {}
    const reasons = [...blockers, ...(deleteData ? [] : losses)]
    return reasons.length === 0 ? step : { ...step, action: 'blocked' as const, reason: reasons.join('; ') }
  })
  return { steps }
}
