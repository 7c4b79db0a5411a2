import { UNKNOWN } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { toPairs, toRecord } from './ownership.ts'
import { FRESH_EC2 } from './passing.ts'
import { type Passing, patiently } from './wait.ts'

type Tags = Readonly<Record<string, string>>

/** What RDS does not know yet of things that were made a moment ago. */
const FRESH: Passing = {
  codes: ['DBSubnetGroupNotFound', 'DBParameterGroupNotFound', ...FRESH_EC2.codes],
  seconds: 300,
  what: 'a new resource to be known to RDS',
}

/** The same, where the code alone would also fit a real mistake. */
const FRESH_NETWORK: Passing = {
  codes: ['InvalidParameterValue', 'InvalidSubnet'],
  says: ['invalid security group', 'input subnets'],
  seconds: 120,
  what: 'the new network to be known to RDS',
}

/** A role for enhanced monitoring that RDS cannot assume yet (aws-behaviours.md 5.3, 6.1). */
const FRESH_ROLE: Passing = {
  codes: ['InvalidParameterValue', 'Validation'],
  says: [
    'enhanced_monitoring',
    "couldn't fetch the role from instance profile",
    'iam role arn value is invalid or does not include',
  ],
  seconds: 120,
  what: 'the new monitoring role to be known to RDS',
}

/** The account's first database makes the service-linked role, and may come too early for it. */
const FIRST_USE: Passing = {
  codes: ['InvalidParameterValue', 'AccessDenied'],
  says: ['service linked role', 'service-linked role'],
  seconds: 60,
  what: "RDS's service-linked role to be usable",
}

/** Repeats a call that makes or changes something while it is refused because of what is new. */
export const rdsPatiently = <T>(ctx: Ctx, act: () => Promise<T>, more: readonly Passing[] = []): Promise<T> =>
  patiently(ctx, [FRESH, FRESH_NETWORK, FRESH_ROLE, FIRST_USE, ...more], act)

export const rdsArn = ({ partition, region, account }: Ctx, kind: 'subgrp' | 'pg', name: string): string =>
  `arn:${partition}:rds:${region}:${account}:${kind}:${name}`

/** Asked for in AWS's own spelling: it keeps the names of databases and groups in lower case. */
export const lowered = (asked: readonly Asked[]): readonly Asked[] =>
  asked.map((one) => {
    const { name } = (one.spec ?? {}) as { readonly name?: unknown }
    return typeof name === 'string' && name !== UNKNOWN
      ? { ...one, spec: { ...one.spec, name: name.toLowerCase() } }
      : one
  })

/** The tags of one thing: the listings of groups have none, and AWS gives them one by one. Undefined when it has gone. */
export async function tagsAt(ctx: Ctx, ResourceName: string): Promise<Tags | undefined> {
  const answer = await unlessGone(ctx.rds.listTagsForResource({ ResourceName }))
  return answer && toRecord(answer.TagList)
}

/** Puts these tags on it, and takes off those given up; others stay. */
export async function tagRds(ctx: Ctx, ResourceName: string, tags: Tags): Promise<void> {
  const TagKeys = [...ctx.retired]
  if (TagKeys.length > 0) await rdsPatiently(ctx, () => ctx.rds.removeTagsFromResource({ ResourceName, TagKeys }))
  await rdsPatiently(ctx, () => ctx.rds.addTagsToResource({ ResourceName, Tags: toPairs(tags) }))
}
