import type { Ctx } from '../ctx.ts'
import { isLacking } from '../lacking.ts'
import { pause } from '../wait.ts'
import { BALANCING } from './balancing.ts'
import { COMPUTE } from './compute.ts'
import type { Finder, Hints, Leftover, Sighting } from './finder.ts'
import { hintsOf, OTHERS } from './hints.ts'
import { NAMED } from './named.ts'
import { NETWORK } from './network.ts'

export type { Leftover } from './finder.ts'

/** Seconds between two looks. */
const EVERY = 10
/** Seconds that AWS may need for what it takes away by itself. */
const PATIENCE = 300
/** AWS shows for a while what has just been deleted: what is left is left in so many looks in a row. */
const LOOKS = 3

const FINDERS: readonly Finder[] = [...NETWORK, ...COMPUTE, ...BALANCING, ...NAMED, ...OTHERS]

/**
 * Looks for anything of the stack that is left, independently of the resource types: it imports nothing of theirs,
 * so that it cannot share their blind spots. The tagging API gives hints alone, for it lags and shows ghosts;
 * every kind is listed by its own service (aws-behaviours.md 0.7).
 */
export async function sweep(ctx: Ctx): Promise<readonly Leftover[]> {
  const hints = await hintsOf(ctx)
  let finders = FINDERS
  for (let look = 1; ; look++) {
    const seen = await Promise.all(finders.map((finder) => run(ctx, finder, hints)))
    const found = seen.flat()
    // What goes by itself is waited for, unless something else is left anyway.
    const going = found.every((one) => one.going)
    const settled = going ? (look - 1) * EVERY >= PATIENCE : look >= LOOKS
    if (found.length === 0 || settled) return leftovers(found)
    if (look === 1) ctx.note(`${going ? 'waiting for AWS to take away' : 'looking again at'} ${namesOf(found)}`)
    await pause(EVERY, ctx.signal)
    finders = finders.filter((_, index) => seen[index]?.length)
  }
}

/** What an emulator does not have cannot have left anything. */
async function run(ctx: Ctx, finder: Finder, hints: Hints): Promise<readonly Sighting[]> {
  try {
    return await finder(ctx, hints)
  } catch (error) {
    if (!isLacking(error)) throw error
    return []
  }
}

const namesOf = (found: readonly Sighting[]): string => {
  const names = found.slice(0, 3).map(({ type, id }) => `${type} ${id}`)
  return found.length > names.length ? `${names.join(', ')} and ${found.length - names.length} more` : names.join(', ')
}

/** Each thing once: the first reason is the better one. */
function leftovers(found: readonly Sighting[]): readonly Leftover[] {
  const once = new Map(found.toReversed().map((one) => [`${one.type} ${one.id}`, one]))
  return [...once.values()]
    .map(({ going, why, ...rest }) => ({
      ...rest,
      why: going ? `${why}; AWS takes it away by itself, but has not yet` : why,
    }))
    .sort((a, b) => (`${a.type} ${a.id}` < `${b.type} ${b.id}` ? -1 : 1))
}

/** What the sweep needs to be allowed, for the least policy of `down`. */
export const SWEEP_ACTIONS: readonly string[] = [
  'tag:GetResources',
  'ec2:DescribeTags',
  'ec2:DescribeVpcs',
  'ec2:DescribeSubnets',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeNatGateways',
  'ec2:DescribeAddresses',
  'ec2:DescribeRouteTables',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeVpcEndpoints',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeInstances',
  'ec2:DescribeVolumes',
  'ec2:DescribeLaunchTemplates',
  'autoscaling:DescribeAutoScalingGroups',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeTags',
  'iam:ListRoles',
  'iam:ListInstanceProfiles',
  'iam:ListPolicies',
  'logs:DescribeLogGroups',
  's3:ListAllMyBuckets',
  's3:GetBucketTagging',
]
