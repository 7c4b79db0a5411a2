import { Refused } from '../engine/errors.ts'
import { PROTECTED } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Consent, Plan } from '../engine/steps.ts'
import { idlePatterns, narrowed } from '../engine/targets.ts'
import { farewellsOf, hindered } from './farewells.ts'
import { type Observation, planFor } from './observe.ts'
import { namingFields } from './preflight/names.ts'
import type { Session } from './session.ts'

export interface Allowed {
  readonly consent: Consent
  readonly targets: readonly string[]
}

/** The plan, and what would stand in its way: found before the first change, not half-way. */
export async function planned(session: Session, seen: Observation, { consent, targets }: Allowed): Promise<Plan> {
  const whole = planFor(session, seen, seen.wanted, consent)
  const plan = targets.length === 0 ? whole : narrowed(whole, targets)
  return namingFields(hindered(plan, await farewellsOf(session, plan), consent))
}

/** What `protect` last was, in all of the stack. */
export const wasProtected = ({ loaded }: Pick<Observation, 'loaded'>): boolean =>
  (loaded.manifest.config as { readonly protect?: boolean }).protect === true

/** `protect` is not in AWS: it counts when it stands in the manifest, so that a change of it alone has to be written. */
export const newProtection = ({ loaded }: Session, seen: Observation): boolean =>
  seen.loaded.etag !== null && loaded.config.protect !== wasProtected(seen)

type Wishes = Pick<Consent, 'adopt' | 'replace'>

/** `--replace` and `--adopt` permit, they do not command. */
export function idleWords({ replace, adopt }: Wishes, { steps }: Plan): readonly string[] {
  const kept = steps.filter(({ address, action }) => replace.has(address) && action !== 'replace')
  const own = steps.filter(({ address, live }) => adopt.has(address) && live?.ours !== false)
  return [
    ...kept.map(({ address }) => `--replace only permits it, and nothing calls for replacing ${address}`),
    ...own.map(({ address }) => `--adopt only permits it, and nobody else's stands in the place of ${address}`),
  ]
}

/** An address that was mistyped would be an allowance for nothing. */
export function refuseMistyped({ adopt, replace }: Wishes, targets: readonly string[], seen: Observation): void {
  const own = seen.sightings.flatMap(({ live }) => (live.ours ? live.address : []))
  const known = [...seen.wanted.nodes.keys(), ...own]
  const strange = (allowance: ReadonlySet<Address>) => [...allowance].filter((address) => !known.includes(address))
  // What permits something is an address: a pattern might permit more than was thought of.
  refusePatterns('--replace', [...replace])
  refusePatterns('--adopt', [...adopt])
  refuseStrange('--replace', strange(replace))
  refuseStrange('--adopt', strange(adopt))
  refuseStrange('--target', idlePatterns(targets, known))
}

function refusePatterns(flag: string, addresses: readonly string[]): void {
  const patterns = addresses.filter((address) => address.includes('*'))
  if (patterns.length === 0) return
  throw new Refused('UnknownAddress', `${flag} takes addresses, not patterns: ${patterns.join(', ')}.`, {
    hint: 'Give it once for each address; `ecom-infra state list` lists them, and the plan what stands in the way.',
  })
}

/** Of what is not there, and never was. */
export function refuseStrange(flag: string, unknown: readonly string[]): void {
  if (unknown.length === 0) return
  throw new Refused('UnknownAddress', `${flag} names what is not in this stack: ${unknown.join(', ')}.`, {
    hint: '`ecom-infra state list` lists the addresses.',
  })
}

/** A yes was given to a certain plan: it does not cover the loss of anything more. */
export function refuseMoreLoss(before: Plan, now: Plan): void {
  const lost = ({ steps }: Plan) =>
    steps.filter(({ action }) => action === 'delete' || action === 'replace').map(({ address }) => address)
  const more = lost(now).filter((address) => !lost(before).includes(address))
  if (more.length === 0) return
  throw new Refused(
    'PlanChanged',
    `AWS has changed since the plan was made: it would now also delete or replace ${more.join(', ')}.`,
    { hint: 'Run the same command again to see the new plan.' },
  )
}

const CLEAR_AWAY = 'Remove what stands in the way, then run the same command again.'
const UNPROTECT = 'Set `protect: false` in the config, then run `ecom-infra up` with the config file.'

/** A blocked plan is not begun at all. */
export function refuseBlocked(plan: Plan): void {
  const blocked = plan.steps.filter(({ action }) => action === 'blocked')
  if (blocked.length === 0) return
  const lines = blocked.map(({ address, reason }) => `  ${address}: ${reason}`)
  throw new Refused('Blocked', `The plan is blocked, so nothing was changed:\n${lines.join('\n')}`, {
    address: blocked[0]?.address,
    hint: blocked.every(({ reason }) => reason?.endsWith(PROTECTED)) ? UNPROTECT : CLEAR_AWAY,
  })
}

/** Why the record is of no use for this run. */
export const damageOf = ({ loaded }: Observation): readonly string[] =>
  loaded.damage
    ? [
        `the manifest cannot be used (${loaded.damage.problem.message}): everything is found by names and tags instead. ` +
          'The next write keeps a copy of it; `ecom-infra state rebuild` writes it anew now',
      ]
    : []
