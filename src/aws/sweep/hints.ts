import type { Ctx } from '../ctx.ts'
import { isDenied } from '../failure.ts'
import { isLacking } from '../lacking.ts'
import { all, STACK } from '../ownership.ts'
import type { Finder, Hints, Sighting, SweepCtx } from './finder.ts'

/**
 * Kinds that other finders see with their own eyes, by service and what follows region and account in the ARN. IAM is
 * listed by its path. A dashboard is known by its name: it is not regional, so another region's may carry our tag.
 */
const SEEN: Readonly<Record<string, RegExp>> = {
  iam: /./,
  s3: /./,
  elasticloadbalancing: /./,
  logs: /^log-group:/,
  rds: /^(db|subgrp|pg|snapshot|auto-backup):/,
  dynamodb: /^table\//,
  elasticfilesystem: /^(file-system|access-point)\//,
  kms: /^key\//,
  sns: /^[^:]+$/,
  cloudwatch: /^(alarm:|dashboard\/)/,
}

function isSeen(arn: string): boolean {
  const [, , service = '', , , ...rest] = arn.split(':')
  return (Object.hasOwn(SEEN, service) && SEEN[service]?.test(rest.join(':'))) || false
}

/** What EC2's ids of the kinds that are listed begin with. */
const LISTED = /^(vpc|subnet|igw|nat|eipalloc|rtb|acl|sg|vpce|fl|lt|i|vol|eni)-/

/** AWS Backup puts the tags of what it has saved on each backup. */
const BACKUP = /^arn:[^:]*:backup:[^:]*:[^:]*:recovery-point:/

/** What the tagging API and EC2's own list of tags say is ours. Without the right to ask, the listings have to do. */
export async function hintsOf(ctx: SweepCtx, vpcs: readonly string[]): Promise<Hints> {
  const [arns, tags] = await Promise.all([asked(ctx, () => tagging(ctx)), asked(ctx, () => ec2Tags(ctx))])
  const isEc2 = (arn: string) => arn.split(':')[2] === 'ec2'
  const ids = [...tags.map(({ id }) => id), ...arns.filter(isEc2).map((arn) => arn.slice(arn.lastIndexOf('/') + 1))]
  return { ids: [...new Set(ids)], arns: arns.filter((arn) => !isEc2(arn)), vpcs }
}

async function asked<T>(ctx: SweepCtx, act: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await act()
  } catch (error) {
    if (isDenied(error)) ctx.unseen(error)
    else if (!isLacking(error)) throw error
    ctx.note('the lists of tags may not be read here: what is left is looked for by each service alone')
    return []
  }
}

async function tagging(ctx: Ctx): Promise<readonly string[]> {
  const TagFilters = [{ Key: STACK, Values: [ctx.stack] }]
  const pages = ctx.tagging.paginateGetResources({ TagFilters })
  const found = await all(pages, (page) => page.ResourceTagMappingList)
  return found.flatMap(({ ResourceARN }) => ResourceARN ?? [])
}

async function ec2Tags(ctx: Ctx): Promise<readonly { readonly id: string; readonly kind: string }[]> {
  const Filters = [
    { Name: 'key', Values: [STACK] },
    { Name: 'value', Values: [ctx.stack] },
  ]
  const tags = await all(ctx.ec2.paginateDescribeTags({ Filters }), (page) => page.Tags)
  return tags
    .filter(({ Value }) => Value === ctx.stack)
    .map(({ ResourceId = '', ResourceType = '' }) => ({ id: ResourceId, kind: ResourceType }))
}

/** Of kinds that nothing here makes. EC2's own list is proof enough; the tagging API may show a ghost, and that is said. */
const others: Finder = async (ctx, { arns }) => {
  const tags = await asked(ctx, () => ec2Tags(ctx))
  const known = tags.filter(({ id }) => !LISTED.test(id))
  const unknown = arns.filter((arn) => !isSeen(arn) && !BACKUP.test(arn))
  const sighting = (type: string, id: string, why: string): Sighting => ({
    ...{ type, id, why, monthlyUsd: null, fate: 'there' },
  })
  return [
    ...known.map(({ id, kind }) => sighting(`ec2:${kind}`, id, `it carries the tag ${STACK}=${ctx.stack}`)),
    ...unknown.map((arn) =>
      sighting(kindOf(arn), arn, 'the tagging API says that it carries our tag, and may be late'),
    ),
  ]
}

/** `rds:db` of `arn:aws:rds:us-east-1:123456789012:db:main`. */
function kindOf(arn: string): string {
  const [, , service = '', , , kind = ''] = arn.split(':')
  return `${service}:${kind.split('/')[0]}`
}

/**
 * Backups of the shared files, which outlive the file system (aws-behaviours.md 5.5): they were wished for, and end by
 * themselves. The tagging API is all that tells of them here, and what is in them it does not say.
 */
const backups: Finder = async (_, { arns }) =>
  arns
    .filter((arn) => BACKUP.test(arn))
    .map((id) => ({
      ...{ type: 'backup:recovery-point', id, monthlyUsd: null, fate: 'kept' },
      why: 'a backup in AWS Backup, which deletes it in its time: after 35 days, when EFS made it by itself',
    }))

export const OTHERS: readonly Finder[] = [others, backups]
