import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Ctx } from '../../aws/ctx.ts'
import { changedAttributes, elbPatiently, metricName, namedAttributes, tagElb, taken } from '../../aws/elb.ts'
import { type Tagged, taggedTargetGroups } from '../../aws/elb-listing.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed } from '../../aws/named.ts'
import { nameOf } from '../../aws/names.ts'
import { toPairs } from '../../aws/ownership.ts'
import { required } from '../../aws/required.ts'
import { targetHealth } from '../../aws/target-health.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { GENERATION, generationOf } from '../../engine/generation.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface TargetGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  readonly vpcId: string
  readonly protocol: 'HTTP' | 'HTTPS'
  readonly port: number
  readonly targetType: 'instance' | 'ip'
  readonly healthCheck: {
    readonly path: string
    readonly intervalSeconds: number
    readonly timeoutSeconds: number
    readonly healthyThreshold: number
    readonly unhealthyThreshold: number
    readonly matcher: string
  }
  /** By AWS's keys; what is not named is left alone. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface TargetGroupOut {
  readonly arn: string
  readonly name: string
  readonly fullName: string
}

const calls = (...names: readonly string[]) => names.map((name) => `elasticloadbalancing:${name}`)

/** aws-behaviours.md 3.2. */
export const targetGroup: ResourceType<TargetGroupSpec, TargetGroupOut, Ctx> = {
  type: 'elbv2:target-group',
  // Its name ends in the generation, and that is made of the VPC too: only then is a stranger's known by it.
  parents: ['ec2:vpc'],
  fields: {
    name: 'immutable',
    vpcId: 'immutable',
    protocol: 'immutable',
    port: 'immutable',
    targetType: 'immutable',
    healthCheck: 'mutable',
    attributes: 'mutable',
  },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 3, delete: 15 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'create-first',
    ownership: 'own',
    actions: {
      read: calls('DescribeTargetGroups', 'DescribeTags', 'DescribeTargetGroupAttributes', 'DescribeTargetHealth'),
      create: calls('DescribeTargetGroups', 'CreateTargetGroup', 'AddTags'),
      sync: calls('ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'AddTags', 'RemoveTags'),
      destroy: calls('DeleteTargetGroup', 'DescribeTargetGroups'),
    },
  },

  async read(ctx, asked) {
    const things = (await taggedTargetGroups(ctx)).map((thing) => ({ ...thing, ...named(thing, asked) }))
    const mine = things.filter((thing) => claimNamed(ctx, thing, asked).ours || askerOf(thing, asked) !== undefined)
    return (await Promise.all(mine.map((thing) => describe(ctx, thing, asked)))).flat()
  },

  async create(ctx, address, spec) {
    const generation = generationOf(targetGroup, spec)
    if (generation === null) throw new Error(`${address} is to be created before its VPC is known.`)
    const name = nameOf(spec.name, generation, LONGEST)
    if (await unlessGone(ctx.elbv2.describeTargetGroups({ Names: [name] }))) {
      throw taken('DuplicateTargetGroupName', `A target group named ${name}`)
    }
    const input = {
      Name: name,
      VpcId: spec.vpcId,
      Protocol: spec.protocol,
      Port: spec.port,
      TargetType: spec.targetType,
      ...checkOf(spec),
      Tags: toPairs(ctx.tags(address, generation)),
    }
    const { TargetGroups } = await elbPatiently(ctx, () => ctx.elbv2.createTargetGroup(input))
    return required(TargetGroups?.[0]?.TargetGroupArn, 'CreateTargetGroup', 'TargetGroupArn')
  },

  async sync(ctx, spec, live, changed) {
    const TargetGroupArn = live.id
    if (changed.has('healthCheck')) {
      await elbPatiently(ctx, () => ctx.elbv2.modifyTargetGroup({ TargetGroupArn, ...checkOf(spec) }))
    }
    if (changed.has('attributes')) {
      const Attributes = changedAttributes(spec.attributes, live.spec.attributes)
      await elbPatiently(ctx, () => ctx.elbv2.modifyTargetGroupAttributes({ TargetGroupArn, Attributes }))
    }
    if (changed.has('tags')) {
      // A stranger may have changed the tag; what the thing is has not changed.
      const generation = generationOf(targetGroup, live.spec) ?? undefined
      await tagElb(ctx, live.id, ctx.tags(live.address, generation))
    }
  },

  async destroy(ctx, live) {
    await patiently(ctx, [RELEASED], () => unlessGone(ctx.elbv2.deleteTargetGroup({ TargetGroupArn: live.id })))
    await until(
      ctx,
      { what: 'the target group to be gone', every: 2, timeout: targetGroup.about.timeout },
      async () => {
        const rest = await unlessGone(ctx.elbv2.describeTargetGroups({ TargetGroupArns: [live.id] }))
        return (rest?.TargetGroups ?? []).length === 0 ? true : undefined
      },
    )
  },

  health: (ctx, live) => targetHealth(ctx, live.id),
}

const LONGEST = 32

/** A listener that was deleted or moved a moment ago still counts; one of a stranger counts for ever. */
const RELEASED: Passing = {
  codes: ['ResourceInUse'],
  seconds: 120,
  what: 'the listeners to let go of the target group',
}

const checkOf = ({ healthCheck }: TargetGroupSpec) => ({
  HealthCheckPath: healthCheck.path,
  HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
  HealthyThresholdCount: healthCheck.healthyThreshold,
  UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
  Matcher: { HttpCode: healthCheck.matcher },
})

interface Named {
  readonly id: string
  /** As the spec would say it. */
  readonly name: string
}

/** A name that was cut to make room cannot be read back, so it is compared with what the asked ones come to. */
function named({ arn, item, tags }: Tagged<TargetGroup>, asked: readonly Asked[]): Named {
  const live = item.TargetGroupName ?? ''
  const own = tags[GENERATION]
  const wanted = asked.flatMap(({ spec }) => {
    const { name } = (spec ?? {}) as { readonly name?: unknown }
    const generations = spec ? [own, generationOf(targetGroup, spec)] : []
    return typeof name === 'string' && generations.some((one) => one && nameOf(name, one, LONGEST) === live)
      ? [name]
      : []
  })
  return { id: arn, name: wanted[0] ?? (own && live.endsWith(`-${own}`) ? live.slice(0, -own.length - 1) : live) }
}

/** AWS gives the attributes of one group at a time. Empty when it has gone in the meantime. */
async function describe(
  ctx: Ctx,
  thing: Tagged<TargetGroup> & Named,
  asked: readonly Asked[],
): Promise<Found<TargetGroupSpec, TargetGroupOut>[]> {
  const { arn, item, tags, name } = thing
  const answer = await unlessGone(ctx.elbv2.describeTargetGroupAttributes({ TargetGroupArn: arn }))
  if (!answer) return []
  const spec: TargetGroupSpec = {
    name,
    vpcId: item.VpcId ?? '',
    protocol: item.Protocol === 'HTTPS' ? 'HTTPS' : 'HTTP',
    port: item.Port ?? 0,
    targetType: item.TargetType === 'ip' ? 'ip' : 'instance',
    healthCheck: {
      path: item.HealthCheckPath ?? '',
      intervalSeconds: item.HealthCheckIntervalSeconds ?? 0,
      timeoutSeconds: item.HealthCheckTimeoutSeconds ?? 0,
      healthyThreshold: item.HealthyThresholdCount ?? 0,
      unhealthyThreshold: item.UnhealthyThresholdCount ?? 0,
      matcher: item.Matcher?.HttpCode ?? '',
    },
    attributes: namedAttributes(answer.Attributes, askerOf(thing, asked)),
  }
  const out = { arn, name: item.TargetGroupName ?? '', fullName: metricName(arn) }
  return [{ ...claimNamed(ctx, thing, asked), id: arn, spec, tags, out }]
}
