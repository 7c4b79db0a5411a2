import type { Layer } from '../engine/graph.ts'
import type { Address } from '../engine/ref.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Plan } from '../engine/steps.ts'
import { savingLines } from './cost-text.ts'
import { byLayer } from './layers.ts'
import { timeLine } from './plan-text.ts'
import { blocks, clean, painter } from './style.ts'
import type { Target, TextOptions } from './types.ts'
import { plural } from './words.ts'

export interface DownPlanReport extends Target {
  readonly plan: Plan
  readonly layers: ReadonlyMap<Address, Layer>
  readonly farewells: ReadonlyMap<Address, Farewell>
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
  const losses = told(paint('title', 'What is lost with it'), farewells, ({ losses }) => losses, paint('bad', '!'))
  const spared = told(paint('title', 'What is kept'), farewells, ({ spared = [] }) => spared, paint('good', '·'))
  const blockers = told(
    paint('title', 'What stands in the way'),
    farewells,
    ({ blockers }) => blockers,
    paint('bad', '!'),
  )
  const end =
    blockers.length > 0
      ? [paint('bad', 'Nothing is deleted until what stands in the way has been settled.')]
      : [`${plural(going.length, 'resource')} to delete.`, ...apart, ...timeLine(seconds), ...savingLines(plan, region)]
  return blocks(
    [`${paint('title', stack)} in ${region}, account ${account}: ${paint('bad', 'to be deleted')}`],
    ...[...groups, losses, spared, blockers, end],
  )
}

function told(
  title: string,
  farewells: ReadonlyMap<Address, Farewell>,
  pick: (farewell: Farewell) => readonly string[],
  mark: string,
): readonly string[] {
  const lines = [...farewells].flatMap(([address, farewell]) =>
    pick(farewell).map((words) => `  ${mark} ${address}: ${clean(words)}`),
  )
  return lines.length === 0 ? [] : [title, ...lines]
}
