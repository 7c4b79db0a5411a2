import { mentions } from './leaving.ts'
import type { Address } from './ref.ts'
import type { Plan, Step } from './steps.ts'

/** `ec2:vpc/main`, or a pattern in which an asterisk stands for anything: `ec2:*`, or all of a name whatever its type. */
export function isTarget(pattern: string, address: Address): boolean {
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(address)
}

/** Those of the patterns that no address answers to. */
export const idlePatterns = (patterns: readonly string[], addresses: readonly Address[]): readonly string[] =>
  patterns.filter((pattern) => !addresses.some((address) => isTarget(pattern, address)))

const named = (patterns: readonly string[], { address }: Step): boolean =>
  patterns.some((pattern) => isTarget(pattern, address))

/** The part of a plan that makes these, with all that they depend on. What is to go, goes only when it is named itself. */
export function narrowed(plan: Plan, patterns: readonly string[]): Plan {
  const byAddress = new Map(plan.steps.filter(({ node }) => node !== null).map((step) => [step.address, step]))
  const wanted = new Set<Address>()
  const want = (step: Step) => {
    if (wanted.has(step.address)) return
    wanted.add(step.address)
    for (const { address } of step.node?.edges ?? []) {
      const owner = byAddress.get(address)
      if (owner) want(owner)
    }
  }
  for (const step of byAddress.values()) if (named(patterns, step)) want(step)
  const isChosen = (step: Step) => (step.node ? wanted.has(step.address) : named(patterns, step))
  const rest = plan.steps.filter((step) => !isChosen(step))
  const astray = rest.filter(({ action }) => action !== 'none').length
  const steps = plan.steps.filter(isChosen).map((step) => unlessUsed(step, rest))
  return { steps, aside: { total: rest.length, astray } }
}

/** What goes cannot go while something that is left alone still points at it. */
function unlessUsed(step: Step, rest: readonly Step[]): Step {
  const users = usersOf(step, rest)
  if (users.length === 0) return step
  const names = users.map(({ address }) => address).join(', ')
  const fate = step.action === 'replace' ? 'it has to be replaced' : 'it is to go'
  return { ...step, action: 'blocked', reason: `${fate}, and ${names} would be left behind: name them too` }
}

function usersOf(step: Step, rest: readonly Step[]): readonly Step[] {
  const leaves = step.action === 'replace' || step.action === 'delete'
  const ids = [...(leaves ? [step.live] : []), ...step.older].flatMap((live) => live?.id ?? [])
  // By its edges too: what points at a name or at an address knows no id.
  return rest.filter(
    (other) =>
      other.live !== null &&
      ((leaves && other.after.includes(step.address)) || ids.some((id) => pointsAt(other, { id, rank: step.rank }))),
  )
}

/**
 * Whether something seems to be of use to the other. An id may be no more than a name, and a balancer of that name, or
 * something that is made before it, does not mean it.
 */
function pointsAt({ live, rank }: Step, other: { readonly id: string; readonly rank: number }): boolean {
  const { name: _, ...rest } = (live?.spec ?? {}) as Readonly<Record<string, unknown>>
  return other.rank <= rank && mentions(rest, other.id)
}

/** The part of a teardown that deletes these, with all that depends on them. */
export function narrowedDown(plan: Plan, patterns: readonly string[]): Plan {
  const going = new Set(plan.steps.filter((step) => named(patterns, step)))
  for (let before = -1; before !== going.size; ) {
    before = going.size
    for (const step of plan.steps) if ([...going].some((other) => needs(step, other))) going.add(step)
  }
  const rest = plan.steps.filter((step) => !going.has(step))
  return { steps: plan.steps.filter((step) => going.has(step)), aside: { total: rest.length, astray: 0 } }
}

const needs = (step: Step, { address, live, rank }: Step): boolean =>
  step.after.includes(address) || (live !== null && pointsAt(step, { id: live.id, rank }))
