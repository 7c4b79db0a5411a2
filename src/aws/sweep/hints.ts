import type { Ctx } from '../ctx.ts'
import { isDenied } from '../failure.ts'
import { isLacking } from '../lacking.ts'
import { all, STACK } from '../ownership.ts'
import type { Finder, Hints, Sighting } from './finder.ts'

/** Kinds that other finders see with their own eyes, by what follows the service in the ARN. IAM is listed by its path. */
const SEEN = /^arn:[^:]*:(iam:|logs:[^:]*:[^:]*:log-group:|s3:|elasticloadbalancing:)/

/** What EC2's ids of the kinds that are listed begin with. */
const LISTED = /^(vpc|subnet|igw|nat|eipalloc|rtb|acl|sg|vpce|lt|i|vol|eni)-/

/** What the tagging API and EC2's own list of tags say is ours. Without the right to ask, the listings have to do. */
export async function hintsOf(ctx: Ctx): Promise<Hints> {
  const [arns, tags] = await Promise.all([asked(ctx, () => tagging(ctx)), asked(ctx, () => ec2Tags(ctx))])
  const isEc2 = (arn: string) => arn.split(':')[2] === 'ec2'
  const ids = [...tags.map(({ id }) => id), ...arns.filter(isEc2).map((arn) => arn.slice(arn.lastIndexOf('/') + 1))]
  return { ids: [...new Set(ids)], arns: arns.filter((arn) => !isEc2(arn)) }
}

async function asked<T>(ctx: Ctx, act: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await act()
  } catch (error) {
    if (!isDenied(error) && !isLacking(error)) throw error
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
  const unknown = arns.filter((arn) => !SEEN.test(arn))
  const sighting = (type: string, id: string, why: string): Sighting => ({
    ...{ type, id, why, monthlyUsd: null, going: false },
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

export const OTHERS: readonly Finder[] = [others]
