import type { Layer } from '../engine/graph.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Plan } from '../engine/steps.ts'
import { savingLines } from './cost-text.ts'
import { byLayer } from './layers.ts'
import { timeLine } from './plan-text.ts'
import { blocks, clean, type Paint, painter } from './style.ts'
import type { Target, TextOptions } from './types.ts'
import { plural } from './words.ts'

export interface DownPlanReport extends Target {
  readonly plan: Plan
  readonly layers: ReadonlyMap<Address, Layer>
  readonly farewells: ReadonlyMap<Address, Farewell>
  /** Data may go. */
  readonly deleteData: boolean
  /** The critical path on AWS. */
  readonly seconds: number
}

/** What a teardown will delete, what data goes with it, and what stands in its way. */
export function downPlanText(report: DownPlanReport, { color }: TextOptions): string {
  const { plan, layers, farewells, seconds, stack, region, account } = report
  const paint = painter(color)
  const going = plan.steps
    .filter(({ action }) => action === 'delete')
    .map(({ address, live }) => ({ address, id: live?.id ?? '', layer: layers.get(address) ?? null }))
  const apart = plan.aside ? [`The rest of the stack is left alone: ${plural(plan.aside.total, 'resource')}.`] : []
  if (going.length === 0) {
    const what = plan.aside ? 'Nothing of what was named' : `Nothing of ${stack}`
    return [`${what} is in ${region}, account ${account}.`, ...apart].join('\n')
  }
  const groups = byLayer(going, 'Others').map(({ title, items }) => [
    paint('title', title),
    ...items.map(({ address, id }) => `  ${paint('bad', '-')} ${address}  ${paint('quiet', clean(id))}`),
  ])
  const obstacle = obstacleIn(report)
  const end =
    obstacle === null
      ? [`${plural(going.length, 'resource')} to delete.`, ...apart, ...timeLine(seconds), ...savingLines(plan, region)]
      : [paint('bad', obstacle)]
  return blocks(
    [`${paint('title', stack)} in ${region}, account ${account}: ${paint('bad', 'to be deleted')}`],
    ...[...groups, ...partings(farewells, paint), end],
  )
}

/** What is said before the first delete, of all that goes. */
function partings(farewells: DownPlanReport['farewells'], paint: Paint): readonly (readonly string[])[] {
  const list = (mark: string, pick: (farewell: Farewell) => readonly string[]) => lines(farewells, pick, mark)
  const titled = (title: string, ...parts: readonly (readonly string[])[]) => {
    const all = parts.flat()
    return all.length === 0 ? [] : [paint('title', title), ...all]
  }
  return [
    titled(
      'What is lost with it',
      list(paint('bad', '!'), ({ losses }) => losses),
      list('·', ({ also = [] }) => also),
    ),
    titled(
      'What is kept',
      list(paint('good', '·'), ({ spared = [] }) => spared),
    ),
    titled(
      'What stands in the way',
      list(paint('bad', '!'), ({ blockers }) => blockers),
    ),
  ]
}

/** Why nothing would be deleted; null: nothing hinders it. */
function obstacleIn({ farewells, deleteData }: DownPlanReport): string | null {
  const all = [...farewells.values()]
  if (all.some(({ blockers }) => blockers.length > 0))
    return 'Nothing is deleted until what stands in the way has been settled.'
  if (deleteData || all.every(({ losses }) => losses.length === 0)) return null
  return 'Nothing is deleted: data would be lost. Save what you need; --delete-data says that the rest may go.'
}

function lines(
  farewells: ReadonlyMap<Address, Farewell>,
  pick: (farewell: Farewell) => readonly string[],
  mark: string,
): readonly string[] {
  return [...farewells].flatMap(([address, farewell]) =>
    pick(farewell).map((words) => `  ${mark} ${address}: ${clean(words)}`),
  )
}
