import { pricesOf } from '../../prices/prices.ts'
import type { Ctx } from '../ctx.ts'
import { isDenied, unlessGone } from '../failure.ts'
import { iamPathOf } from '../names.ts'
import { toRecord } from '../ownership.ts'
import { byTheGb, type Finder, isOurs, listing, type Sighting, tagged } from './finder.ts'
import { beginsLikeOurs, databaseOf } from './known.ts'

/** IAM: by the path, which names the stack and the region. Its listings show no tags, nor does the tagging API (aws-behaviours.md 6.1). */
const identities: Finder = async (ctx): Promise<readonly Sighting[]> => {
  const PathPrefix = iamPathOf(ctx.stack, ctx.region)
  const [roles, profiles, policies] = await Promise.all([
    listing(ctx, ctx.iam.paginateListRoles({ PathPrefix }), (page) => page.Roles),
    listing(ctx, ctx.iam.paginateListInstanceProfiles({ PathPrefix }), (page) => page.InstanceProfiles),
    listing(ctx, ctx.iam.paginateListPolicies({ PathPrefix, Scope: 'Local' }), (page) => page.Policies),
  ])
  const things = [
    ...roles.map((item) => ({ type: 'iam:role', id: item.RoleName, path: item.Path })),
    ...profiles.map((item) => ({ type: 'iam:instance-profile', id: item.InstanceProfileName, path: item.Path })),
    ...policies.map((item) => ({ type: 'iam:policy', id: item.Arn, path: item.Path })),
  ]
  return things
    .filter(({ path }) => path?.startsWith(PathPrefix))
    .map(({ type, id = '' }) => ({ type, id, why: `its path is ${PathPrefix}`, monthlyUsd: 0, fate: 'there' }))
}

/**
 * By name, for a late writer makes a group again without tags (aws-behaviours.md 4.1), RDS those of the database too;
 * and those that are hinted at.
 */
const logGroups: Finder = async (ctx, { arns }) => {
  const parents = [`/ecom-infra/${ctx.stack}/`, `/aws/rds/instance/${databaseOf(ctx)}/`]
  const isChild = (name: string) => parents.find((parent) => name.startsWith(parent))
  const hinted = arns.flatMap((arn) => arn.split(':log-group:')[1]?.replace(/:\*$/, '') ?? [])
  const names = hinted.filter((name) => !isChild(name))
  const listed = await Promise.all(
    [...parents, ...names].map(async (logGroupNamePrefix) => {
      const pages = ctx.logs.paginateDescribeLogGroups({ logGroupNamePrefix })
      const groups = await listing(ctx, pages, (page) => page.logGroups)
      return groups.filter(({ logGroupName = '' }) => isChild(logGroupName) || logGroupName === logGroupNamePrefix)
    }),
  )
  const price = pricesOf(ctx.region).unit('logStoredGbMonth')
  return listed.flat().map(({ logGroupName = '', storedBytes }): Sighting => {
    const parent = isChild(logGroupName)
    const why = parent === undefined ? tagged(ctx) : `its name begins with ${parent}`
    return { type: 'logs:log-group', id: logGroupName, why, monthlyUsd: byTheGb(price, storedBytes), fate: 'there' }
  })
}

/** `<stack>-<what>-<account>-<region>`, or the same with the stack cut. */
const looksOurs = ({ stack, account, region }: Ctx, name: string): boolean =>
  beginsLikeOurs(stack, name) && name.endsWith(`-${account}-${region}`)

/**
 * By name and tag: another stack's name may begin with ours. S3 lists those of all regions, and moto's tagging API
 * hints at them: the same stack may well stand in another one, and what is there is not left over here.
 */
const buckets: Finder = async (ctx, { arns }) => {
  const hinted = arns.flatMap((arn) => arn.split(':s3:::')[1] ?? [])
  const pages = ctx.s3.paginateListBuckets({ BucketRegion: ctx.region })
  const listed = (await listing(ctx, pages, (page) => page.Buckets)).filter(
    // AWS says the region of each when it was asked for one; moto does not, but leaves the others out.
    ({ BucketRegion }) => BucketRegion === undefined || BucketRegion === ctx.region,
  )
  const names = listed.flatMap(({ Name }) => (Name && (looksOurs(ctx, Name) || hinted.includes(Name)) ? [Name] : []))
  return (await Promise.all(names.map((name) => bucket(ctx, name)))).flat()
}

async function bucket(ctx: Ctx, Bucket: string): Promise<Sighting[]> {
  const sighting = { type: 's3:bucket', id: Bucket, monthlyUsd: null, fate: 'there' as const }
  try {
    const answer = await unlessGone(ctx.s3.getBucketTagging({ Bucket, ExpectedBucketOwner: ctx.account }))
    return isOurs(ctx, toRecord(answer?.TagSet)) ? [{ ...sighting, why: tagged(ctx) }] : []
  } catch (error) {
    if (!isDenied(error)) throw error
    return [{ ...sighting, why: 'its name is ours, and its tags may not be read' }]
  }
}

export const NAMED: readonly Finder[] = [identities, logGroups, buckets]
