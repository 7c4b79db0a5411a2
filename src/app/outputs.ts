import type { Result } from '../engine/execute.ts'
import type { Graph } from '../engine/graph.ts'
import { isUnknown, type Ref, resolve } from '../engine/ref.ts'
import type { Observation } from './observe.ts'
import type { Outs, Scope } from './scope.ts'

type Outputs = Readonly<Record<string, string>>

/** The outputs that can be told: a failure may have left some of them unknown. */
function outputsOf(graph: Graph, { outs }: Pick<Result, 'outs'>): Outputs {
  const lookup = (ref: Ref) =>
    (outs.get(ref.$ref) as Record<string, unknown> | undefined)?.[ref.field] ?? '(known after apply)'
  const entries = Object.entries(graph.outputs).map(([name, value]) => [name, resolve(value, lookup)] as const)
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string' && !isUnknown(entry[1])),
  )
}

/** What everything of ours publishes, by what a look has found. */
export const outsOf = ({ sightings }: Pick<Observation, 'sightings'>): Outs =>
  new Map(sightings.filter(({ live }) => live.ours).map(({ live }) => [live.address, live.out]))

/** Outputs that live AWS knows already. */
export const knownOutputs = (seen: Pick<Observation, 'wanted' | 'sightings'>): Outputs =>
  outputsOf(seen.wanted, { outs: outsOf(seen) })

interface Done {
  readonly graph: Graph
  readonly scope: Scope
}

/** The stack's outputs after a run: what was left aside publishes what it did before, and what is gone nothing. */
export function outputsAfter({ graph, scope }: Done, result: Pick<Result, 'fates' | 'outs'>): Outputs {
  if (scope.of !== 'part') return outputsOf(graph, result)
  const { whole } = scope
  const outs = new Map([...whole.outs, ...result.outs])
  for (const { address, deed, outcome } of result.fates)
    if (deed === 'delete' && outcome === 'done') outs.delete(address)
  return outputsOf(whole.graph, { outs })
}
