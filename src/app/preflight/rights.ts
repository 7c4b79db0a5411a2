import type { Ctx } from '../../aws/ctx.ts'
import type { Asker, Budget } from '../../aws/preflight-asker.ts'
import { NOT_TO_ITS_END } from '../../aws/preflight-listing.ts'
import { type Fate, isRoot, mostTrials, principalOf, simulate, type Trial } from '../../aws/preflight-rights.ts'
import type { Config } from '../../config/schema.ts'
import type { Plan, Step } from '../../engine/steps.ts'
import { leastPolicy } from '../policy.ts'
import { MOST_RESOURCES, serviceOf, thingsIn } from './things.ts'
import { CLEAR, found, judged, together, unknown, type Verdict } from './verdict.ts'

export interface Rights {
  /** Whoever runs this. */
  readonly arn: string
  readonly config: Config
  readonly plan: Plan
}

/**
 * Whether whoever runs this may do what the plan does. IAM is asked about the names that the least policy names, and
 * about everything. Who may do less than everything may still be allowed what is needed, by names of his own making:
 * what was denied is tried once more on the very things that are to be made.
 */
export async function checkRights(ctx: Ctx, budget: Budget, rights: Rights): Promise<Verdict> {
  const { arn, plan } = rights
  if (isRoot(arn)) return CLEAR
  const actions = actionsOf(plan)
  return budget.spend(mostTrials(arn, actions), (asker) => tryActions(ctx, asker, actions, rights))
}

async function tryActions(ctx: Ctx, asker: Asker, actions: readonly string[], rights: Rights): Promise<Verdict> {
  const { arn, config } = rights
  const what = 'the permissions'
  const principal = await principalOf(ctx, asker, arn)
  if (!('value' in principal)) return unknown(what, principal.why)
  const trial = { principal: principal.value, actions, resources: namesIn(ctx, config) }
  const first = await simulate(ctx, asker, trial)
  if (!('value' in first)) return unknown(what, first.why)
  const refused = actions.filter((action) => first.value.get(action) === 'denied')
  const doubts = doubtful(actions, first.value)
  if (refused.length === 0) return doubts
  return together([doubts, await closer(ctx, asker, { ...trial, actions: refused }, rights)])
}

type Fates = ReadonlyMap<string, Fate>

/** What hangs on something is no yes, and what was not told is none either. */
function doubtful(actions: readonly string[], fates: Fates): Verdict {
  const of = (fate: Fate | undefined) => actions.filter((action) => fates.get(action) === fate)
  return together([unsure(of('open'), 'allowed under conditions only'), unsure(of(undefined), NOT_TO_ITS_END)])
}

const unsure = (actions: readonly string[], why: string): Verdict =>
  actions.length === 0 ? CLEAR : unknown(listed(actions), why)

/** Tries on the very things that are to be made, changed or deleted what was refused on everything. */
async function closer(ctx: Ctx, asker: Asker, trial: Trial, { arn, config, plan }: Rights): Promise<Verdict> {
  const { services, resources } = thingsIn(ctx, plan, trial.actions.map(serviceOf))
  const actions = trial.actions.filter((action) => services.includes(serviceOf(action)))
  const others = trial.actions.filter((action) => !actions.includes(action))
  const rest = unsure(others, 'perhaps not allowed')
  if (actions.length === 0) return rest
  const answer = await simulate(ctx, asker, { ...trial, actions, resources })
  const verdict = judged(`whether ${listed(actions)} is allowed`, answer, (fates) => {
    const denied = actions.filter((action) => fates.get(action) === 'denied')
    return together([denial(arn, config, denied), doubtful(actions, fates)])
  })
  return together([verdict, rest])
}

/** What a birth takes of a type's `sync`: the rest is for things that have changed. */
const AT_BIRTH =
  /:(Put|Tag|Add|Authorize|CreateTags|CreateOrUpdateTags|CreateRoute$|CreateAlias|AssociateRouteTable|Attach(Role|Internet))/

/** Needed only where something is not there yet, or is as it never is at birth: no reason to refuse. */
const AT_TIMES = ['iam:CreateServiceLinkedRole', 'kms:CreateGrant', 'kms:PutKeyPolicy']

/** The manifest and the lock. */
const STATE = ['s3:PutObject', 's3:DeleteObject']

/** What it takes to do what the plan does; all that is read has been read by then. */
function actionsOf({ steps }: Plan): readonly string[] {
  const isAsked = (action: string) => !/:(Describe|Get|List|Head|Scan)/.test(action) && !AT_TIMES.includes(action)
  return [...new Set([...steps.flatMap(takes), ...STATE])].filter(isAsked).sort()
}

function takes({ action, type, older }: Step): readonly string[] {
  const { create, sync, destroy } = type.about.actions
  const birth = [...create, ...sync.filter((one) => AT_BIRTH.test(one))]
  const earlier = older.length > 0 ? destroy : []
  const by = { create: birth, update: sync, replace: [...birth, ...destroy], delete: destroy, none: [], blocked: [] }
  return [...by[action], ...earlier]
}

/** Everything, and one thing for each name that the least policy is bound to. */
function namesIn({ account, partition }: Ctx, config: Config): readonly string[] {
  const patterns = leastPolicy(config, ['up']).Statement.flatMap(({ Resource = [] }) => Resource)
  const names = patterns.map((pattern) =>
    pattern
      .replace(/^arn:aws:/, `arn:${partition}:`)
      .replace('::*:', `::${account}:`)
      .replace('-*-', `-${account}-`)
      .replace(/\/\*$/, '/any'),
  )
  return [...new Set(['*', ...names])].slice(0, MOST_RESOURCES)
}

const listed = (actions: readonly string[]): string =>
  actions.length <= 12 ? actions.join(', ') : `${actions.slice(0, 12).join(', ')} and ${actions.length - 12} more`

/** Service by service: a policy is written so. */
function denial(arn: string, config: Config, actions: readonly string[]): Verdict {
  const services = [...new Set(actions.map(serviceOf))]
  const printed = leastPolicy(config, ['up']).Statement.flatMap(({ Action }) => Action)
  return together(
    services.map((service) => {
      const own = actions.filter((action) => serviceOf(action) === service)
      return found({
        code: 'Permission',
        message: `${arn} may not do ${listed(own)}.`,
        field: null,
        action: own[0] ?? null,
        hint: own.every((action) => printed.includes(action)) ? PRINTS : `${PRINTS} ${EARLIER}`,
      })
    }),
  )
}

const PRINTS = '`ecom-infra policy up` prints what is needed.'
/** The config does not know any more what is to be deleted. */
const EARLIER = 'For what is to be deleted, run it with the config as it was.'
