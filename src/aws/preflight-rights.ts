import type { EvaluationResult, SimulatePrincipalPolicyCommandInput } from '@aws-sdk/client-iam'
import type { Ctx } from './ctx.ts'
import { type Answer, type Asker, onward } from './preflight-asker.ts'
import { told } from './preflight-listing.ts'

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

/** Lets IAM try these actions, without doing any of them. One that has no fate here was not told of to the end. */
export async function simulate(ctx: Ctx, asker: Asker, trial: Trial): Promise<Answer<ReadonlyMap<string, Fate>>> {
  const starts = Array.from({ length: Math.ceil(trial.actions.length / BATCH) }, (_, index) => index * BATCH)
  const batches = starts.map((start) => ({ ...trial, actions: trial.actions.slice(start, start + BATCH) }))
  const answers = await Promise.all(batches.map((batch) => simulateBatch(ctx, asker, batch)))
  const failed = answers.find((answer) => 'why' in answer)
  if (failed) return failed
  return { value: new Map(answers.flatMap((answer) => ('value' in answer ? [...answer.value] : []))) }
}

async function simulateBatch(ctx: Ctx, asker: Asker, { principal, actions, resources }: Trial) {
  const input: SimulatePrincipalPolicyCommandInput = {
    PolicySourceArn: principal,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    ContextEntries: [
      { ContextKeyName: 'aws:RequestedRegion', ContextKeyType: 'string', ContextKeyValues: [ctx.region] },
      { ContextKeyName: 'aws:SecureTransport', ContextKeyType: 'boolean', ContextKeyValues: ['true'] },
    ],
    MaxItems: 1_000,
  }
  const results = await told(asker, {
    page: (Marker) => ctx.iam.simulatePrincipalPolicy({ ...input, Marker }),
    items: ({ EvaluationResults }) => EvaluationResults,
    next: ({ IsTruncated, Marker }) => (IsTruncated ? Marker : undefined),
  })
  return onward(results, ({ items, whole }) => fates(items, whole ? 0 : new Set(resources).size))
}

/**
 * IAM may answer for each resource in a result of its own, or in one result for all of them. Where more is to come, an
 * action may yet be allowed on a resource that was not told of: then nothing but a yes stands.
 */
function fates(results: readonly EvaluationResult[], resources: number): ReadonlyMap<string, Fate> {
  const byAction = Map.groupBy(results, ({ EvalActionName = '' }) => EvalActionName)
  return new Map(
    [...byAction].flatMap(([action, own]): [string, Fate][] => {
      const fate = own.map(fateOf).reduce(better)
      return fate === 'allowed' || new Set(own.flatMap(namesIn)).size >= resources ? [[action, fate]] : []
    }),
  )
}

const namesIn = ({ EvalResourceName = '', ResourceSpecificResults = [] }: EvaluationResult): readonly string[] =>
  ResourceSpecificResults.length === 0
    ? [EvalResourceName]
    : ResourceSpecificResults.map((one) => one.EvalResourceName ?? '')

function fateOf({ EvalDecision, MissingContextValues, ResourceSpecificResults = [] }: EvaluationResult): Fate {
  const decisions = [EvalDecision, ...ResourceSpecificResults.map((one) => one.EvalResourceDecision)]
  if (decisions.includes('allowed')) return 'allowed'
  const missing = [MissingContextValues, ...ResourceSpecificResults.map((one) => one.MissingContextValues)]
  return missing.some((keys) => (keys?.length ?? 0) > 0) ? 'open' : 'denied'
}

const RANK: readonly Fate[] = ['denied', 'open', 'allowed']

const better = (one: Fate, other: Fate): Fate => (RANK.indexOf(one) > RANK.indexOf(other) ? one : other)
