import type { Result } from '../engine/execute.ts'
import type { Graph } from '../engine/graph.ts'
import type { Plan } from '../engine/steps.ts'

export type Outs = Result['outs']

/** A stack as it stands before a part of it is worked on. */
export interface Whole {
  /** What would be done to all of it. */
  readonly plan: Plan
  /** What the config wants. */
  readonly graph: Graph
  readonly outs: Outs
}

/**
 * What a run works on: the stack; a part of it, beside all of it as it stands; or one setting, with what it makes of
 * the config that was recorded before.
 */
export type Scope =
  | { readonly of: 'stack' }
  | { readonly of: 'part'; readonly whole: Whole }
  | { readonly of: 'setting'; readonly applied: (before: object) => object }

export const STACK: Scope = { of: 'stack' }

export const partOf = (whole: Whole): Scope => ({ of: 'part', whole })

/** A part of the stack does not make it what the config says; the very first part is all that there is to say. */
export function appliedConfig(scope: Scope, before: object, config: object): object {
  if (scope.of === 'setting') return scope.applied(before)
  return scope.of === 'part' && Object.keys(before).length > 0 ? before : config
}
