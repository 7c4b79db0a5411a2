import { mentions } from './leaving.ts'
import type { Address } from './ref.ts'
import type { Plan, Step } from './steps.ts'

/** `ec2:vpc/main`, or a pattern in which an asterisk stands for anything: `ec2:*`, or all of a name whatever its type. */
export function isTarget(pattern: string, address: Address): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(address)
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
  const chosen = (step: Step) => (step.node ? wanted.has(step.address) : named(patterns, step))
  return { steps: plan.steps.filter(chosen).map((step) => unlessHeld(step, plan, wanted)) }
}

/** What is replaced cannot go while something else still points at the old one. */
function unlessHeld(step: Step, { steps }: Plan, wanted: ReadonlySet<Address>): Step {
  if (step.action !== 'replace') return step
  const users = steps.filter(
    ({ address, live, node }) =>
      !wanted.has(address) && live && node?.edges.some((edge) => edge.address === step.address),
  )
  if (users.length === 0) return step
  const names = users.map(({ address }) => address).join(', ')
  return {
    ...step,
    action: 'blocked',
    reason: `it has to be replaced, and ${names} would be left behind: name them too`,
  }
}

/** The part of a teardown that deletes these, with all that depends on them. */
export function narrowedDown(plan: Plan, patterns: readonly string[]): Plan {
  const going = new Set(plan.steps.filter((step) => named(patterns, step)))
  for (let before = -1; before !== going.size; ) {
    before = going.size
    for (const step of plan.steps) if ([...going].some((other) => needs(step, other))) going.add(step)
  }
  return { steps: plan.steps.filter((step) => going.has(step)) }
}

const needs = ({ after, live }: Step, other: Step): boolean =>
  after.includes(other.address) || (other.live !== null && live !== null && mentions(live.spec, other.live.id))
