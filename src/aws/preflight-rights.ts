import type { EvaluationResult } from '@aws-sdk/client-iam'
import type { Ctx } from './ctx.ts'
import { type Answer, type Asker, onward } from './preflight-asker.ts'

/** IAM actions of this file: about whoever runs it, and so bound to no name of the stack's. */
export const RIGHTS_ACTIONS: readonly string[] = ['iam:GetRole', 'iam:SimulatePrincipalPolicy']

/** Whether an arn is the account's root user, who may do everything. */
export const isRoot = (arn: string): boolean => /^arn:[\w-]+:iam::\d+:root$/.test(arn)

/**
 * Whose policies count for an identity. The name of an assumed role comes without its path, which its ARN needs
 * (single sign-on always has one). Where the role may not be asked for, it is taken to have none.
 */
export async function principalOf(ctx: Ctx, asker: Asker, arn: string): Promise<Answer<string>> {
  if (/^arn:[\w-]+:iam::\d+:user\//.test(arn)) return { value: arn }
  const name = roleOf(arn)
  if (name === undefined) return { why: 'these credentials are neither a user’s nor a role’s' }
  const role = await asker.ask(() => ctx.iam.getRole({ RoleName: name }))
  const pathless = `arn:${ctx.partition}:iam::${ctx.account}:role/${name}`
  return { value: 'value' in role ? (role.value.Role?.Arn ?? pathless) : pathless }
}

const roleOf = (arn: string): string | undefined => /^arn:[\w-]+:sts::\d+:assumed-role\/([^/]+)\//.exec(arn)?.[1]

/** The calls that it takes at the worst to try these actions for an identity, and what was denied once more. */
export const mostTrials = (arn: string, actions: readonly string[]): number =>
  (roleOf(arn) === undefined ? 0 : 1) + 2 * Math.ceil(actions.length / BATCH)

export interface Trial {
  readonly principal: string
  readonly actions: readonly string[]
  /** An action that is allowed on one of these is allowed: each policy may name what it likes. */
  readonly resources: readonly string[]
}

/** What came of one action. `open`: it hangs on circumstances that nobody has told IAM about. */
export type Fate = 'allowed' | 'denied' | 'open'

/** Actions a call: IAM simulates each on each resource. */
const BATCH = 100

/** Lets IAM try these actions, without doing any of them. */
export async function simulate(ctx: Ctx, asker: Asker, trial: Trial): Promise<Answer<ReadonlyMap<string, Fate>>> {
  const starts = Array.from({ length: Math.ceil(trial.actions.length / BATCH) }, (_, index) => index * BATCH)
  const batches = starts.map((start) => ({ ...trial, actions: trial.actions.slice(start, start + BATCH) }))
  const answers = await Promise.all(batches.map((batch) => simulateBatch(ctx, asker, batch)))
  const failed = answers.find((answer) => 'why' in answer)
  if (failed) return failed
  return { value: new Map(answers.flatMap((answer) => ('value' in answer ? [...answer.value] : []))) }
}

async function simulateBatch(ctx: Ctx, asker: Asker, { principal, actions, resources }: Trial) {
  const page = await asker.ask(() =>
    ctx.iam.simulatePrincipalPolicy({
      PolicySourceArn: principal,
      ActionNames: [...actions],
      ResourceArns: [...resources],
      ContextEntries: [
        { ContextKeyName: 'aws:RequestedRegion', ContextKeyType: 'string', ContextKeyValues: [ctx.region] },
        { ContextKeyName: 'aws:SecureTransport', ContextKeyType: 'boolean', ContextKeyValues: ['true'] },
      ],
      MaxItems: 1_000,
    }),
  )
  return onward(page, ({ EvaluationResults = [] }) => fates(EvaluationResults))
}

/** IAM may answer for each resource in a result of its own, or in one result for all of them. */
function fates(results: readonly EvaluationResult[]): ReadonlyMap<string, Fate> {
  const byAction = new Map<string, Fate>()
  for (const result of results) {
    const action = result.EvalActionName ?? ''
    byAction.set(action, better(byAction.get(action), fateOf(result)))
  }
  return byAction
}

function fateOf({ EvalDecision, MissingContextValues, ResourceSpecificResults = [] }: EvaluationResult): Fate {
  const decisions = [EvalDecision, ...ResourceSpecificResults.map((one) => one.EvalResourceDecision)]
  if (decisions.includes('allowed')) return 'allowed'
  const missing = [MissingContextValues, ...ResourceSpecificResults.map((one) => one.MissingContextValues)]
  return missing.some((keys) => (keys?.length ?? 0) > 0) ? 'open' : 'denied'
}

const RANK: readonly Fate[] = ['denied', 'open', 'allowed']

const better = (one: Fate | undefined, other: Fate): Fate =>
  one !== undefined && RANK.indexOf(one) > RANK.indexOf(other) ? one : other
