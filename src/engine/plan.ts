import { claimsOf, idsOf } from './claims.ts'
import { type Difference, diff } from './diff.ts'
import { tagsWanted } from './generation.ts'
import type { Node } from './graph.ts'
import { heldTarget } from './held.ts'
import { type Address, isUnknown, type Ref, resolve, UNKNOWN } from './ref.ts'
import { rankOf, removals } from './removals.ts'
import type { Live } from './resource.ts'
import { standing } from './standing.ts'
import type { Action, Plan, PlanInput, Step } from './steps.ts'

/** Compares what is wanted with what is there. Does no I/O and changes nothing. */
export function plan(input: PlanInput): Plan {
  const decided = new Map<Address, Step>()
  for (const node of input.graph.nodes.values()) decided.set(node.address, decide(node, decided, input))
  return { steps: [...decided.values(), ...removals(input)] }
}

function decide(node: Node, decided: ReadonlyMap<Address, Step>, input: PlanInput): Step {
  const want = resolve(node.spec, lookupIn(decided)) as object
  const { current, older, twins, stranger } = standing(node, want, input.sightings)
  const base = {
    ...{ address: node.address, type: node.type, place: node.place, layer: node.layer, node, older },
    ...{ live: current, changes: [], after: node.edges.map(({ address }) => address) },
    ...{ mode: null, rank: rankOf(node.type, input) },
  }
  if (twins.length > 0) return { ...base, action: 'blocked', reason: claimsOf(twins) }
  if (!current && stranger && (stranger.closed !== undefined || !input.consent.adopt.has(node.address))) {
    return { ...base, live: stranger, action: 'blocked', reason: whyStrange(stranger) }
  }
  const live = current ?? stranger
  if (!live) {
    const [last, ...rest] = older
    if (!last) return { ...base, action: 'create', reason: 'not in AWS', changes: births(node, want) }
    return replacing(
      { ...base, live: last, older: rest, changes: diff(node.type, want, {}, last) },
      whyReplaced(node, want, last),
      { decided, input },
    )
  }
  return compare({ ...base, live }, live, want, { decided, input })
}

const whyStrange = ({ id, closed }: Live): string =>
  closed === undefined
    ? `${id} exists under our name but does not belong to this stack`
    : `${id} exists under our name but ${closed}: --adopt cannot take it over`

function whyReplaced(node: Node, want: object, last: Live): string {
  if (last.failed !== undefined) return `AWS reports it as failed: ${last.failed}`
  const frozen = diff(node.type, want, {}, last).find(({ change }) => change === 'immutable')
  return `AWS does not let ${frozen?.path ?? 'it'} change after creation`
}

interface Scope {
  readonly decided: ReadonlyMap<Address, Step>
  readonly input: PlanInput
}

type Never = (want: object, live: Live) => string | null

type Base = Omit<Step, 'action' | 'reason'>

function compare(
  base: Base,
  live: Live,
  want: object,
  scope: { decided: ReadonlyMap<Address, Step>; input: PlanInput },
): Step {
  const tags = tagsWanted(base.type, want, scope.input.tags(base.address))
  const changes = diff(base.type, want, tags, live)
  const frozen = changes.find(({ change }) => change === 'immutable')
  if (frozen) return replacing({ ...base, changes }, `AWS does not let ${frozen.path} change after creation`, scope)
  const never = (base.type.never as Never | undefined)?.(want, live)
  if (never) return { ...base, changes, action: 'blocked', reason: never }
  const obstacle = heldTarget(base, scope.decided, scope.input)
  if (obstacle) return replacing({ ...base, changes }, `it stands in the way of replacing ${obstacle}`, scope)
  if (!live.ours) return { ...base, changes, action: 'update', reason: 'adopted' }
  if (base.older.length > 0) {
    return { ...base, changes, action: 'update', reason: `an earlier one is still there: ${idsOf(base.older)}` }
  }
  return { ...base, changes, action: changes.length > 0 ? 'update' : 'none', reason: null }
}

/** How the reason ends where a replacement is refused by that. */
export const PROTECTED = '`protect: true` refuses every replacement'

/** A replacement, unless data, protection or the lack of a word forbids it. */
function replacing(base: Base, reason: string, { decided, input }: Scope): Step {
  const { consent } = input
  if (consent.protect) return { ...base, action: 'blocked', reason: `${reason}, and ${PROTECTED}` }
  const allowed = consent.replace.has(base.address) && consent.deleteData
  if (base.type.about.holdsData && !allowed) {
    const word = `--replace ${base.address} --delete-data`
    return {
      ...base,
      action: 'blocked',
      reason: `${reason}, and replacing it loses its data; ${word} says that it may`,
    }
  }
  const targets = (base.node?.edges ?? []).map(({ address }) => decided.get(address))
  // Old and new can live side by side only while what they both live in stays.
  const first =
    base.type.about.replaceBy === 'delete-first' || targets.some((target) => target?.mode === 'delete-first')
  return { ...base, action: 'replace', reason, mode: first ? 'delete-first' : 'create-first' }
}

/** What a reference stands for, as far as the decisions made so far leave it standing. */
const lookupIn =
  (decided: ReadonlyMap<Address, Step>) =>
  (ref: Ref): unknown => {
    const step = decided.get(ref.$ref)
    // What is blocked stays as it is: nothing at all will be done.
    const stays =
      step?.action === 'none' || step?.action === 'update' || (step?.action === 'blocked' && step.live?.ours)
    if (!stays || moves(step, ref.field)) return UNKNOWN
    return (step.live?.out as Record<string, unknown> | undefined)?.[ref.field] ?? UNKNOWN
  }

/** Whether this output becomes another one by what is going to be changed. Tags move nothing. */
const moves = ({ type, changes }: Step, output: string): boolean =>
  (type.volatile ?? []).includes(output) && changes.some(({ field }) => field !== 'tags')

/** A creation shown as changes from nothing. */
const births = (node: Node, want: object): readonly Difference[] =>
  Object.entries(want).map(([field, to]) => ({
    ...{ path: field, field, from: null, change: node.type.fields[field] ?? 'mutable' },
    to: isUnknown(to) && typeof to !== 'object' ? UNKNOWN : to,
  }))

/** How many steps there are of each action, in the words of `ecom-infra/plan/1`. */
export function summary({ steps }: Plan) {
  const count = (action: Action) => steps.filter((step) => step.action === action).length
  return {
    ...{ create: count('create'), update: count('update'), replace: count('replace') },
    ...{ delete: count('delete'), unchanged: count('none'), blocked: count('blocked') },
  }
}
