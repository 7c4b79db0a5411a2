import type { KeyMetadata } from '@aws-sdk/client-kms'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import {
  changeOf,
  enabledIn,
  type KeySettings,
  pointAlias,
  policyOf,
  rotationOf,
  settled,
  steadily,
  tagKey,
  toKeyTags,
} from '../../aws/key-settings.ts'
import { hintedKeys, keyAt, keyTags, ownAliases, ownKeys, scheduleDeletion } from '../../aws/keys.ts'
import { claim } from '../../aws/ownership.ts'
import { samePolicy } from '../../aws/policy.ts'
import { required } from '../../aws/required.ts'
import { tagsShown } from '../../aws/tagged.ts'
import { type Passing, patiently } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface KeySpec extends KeySettings {
  /** `alias/<stack>-…`: how people find it. An alias has no tags, so its name says whose it is. */
  readonly alias: string
}

export interface KeyOut {
  readonly id: string
  readonly arn: string
}

/** aws-behaviours.md 6.4. */
export const key: ResourceType<KeySpec, KeyOut, Ctx> = {
  type: 'kms:key',
  fields: { alias: 'mutable', description: 'mutable', policy: 'mutable', rotation: 'mutable', enabled: 'mutable' },
  same: { policy: samePolicy },
  about: {
    // CreateKey has neither name nor token: the alias comes after it.
    identity: 'tags',
    usable: 'created',
    seconds: { create: 10, delete: 8 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        'kms:DescribeKey',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:ListResourceTags',
        'kms:ListKeys',
        'kms:ListAliases',
        'tag:GetResources',
      ],
      create: ['kms:CreateKey', 'kms:TagResource'],
      sync: [
        'kms:EnableKey',
        'kms:DisableKey',
        'kms:UpdateKeyDescription',
        'kms:PutKeyPolicy',
        'kms:EnableKeyRotation',
        'kms:DisableKeyRotation',
        'kms:CreateAlias',
        'kms:UpdateAlias',
        'kms:DeleteAlias',
        'kms:TagResource',
        'kms:UntagResource',
      ],
      destroy: ['kms:ListAliases', 'kms:DeleteAlias', 'kms:ScheduleKeyDeletion', 'kms:DescribeKey'],
    },
  },

  /**
   * Four calls for a key that its alias leads to: KMS lists no settings. A wide look also takes what the tagging API
   * shows, for a twin has neither alias nor manifest to lead to it. All keys of the account are looked through only
   * where one of ours may be that nothing leads to, and where none may be left.
   */
  async read(ctx, asked) {
    const near = (await Promise.all(asked.map((one) => nearby(ctx, one)))).flat()
    const found = await lookAt(ctx, near, asked)
    const isFound = ({ address, token }: Asked) =>
      token === null && found.some((live) => live.ours && live.address === address)
    const sure = asked.length > 0 && asked.every(isFound) && !ctx.teardown
    if (sure && !ctx.wide) return found
    const own = sure ? await hintedKeys(ctx) : await ownKeys(ctx)
    const far = own.filter((id) => near.every(({ meta }) => meta.KeyId !== id))
    const hidden = (await Promise.all(far.map((id) => keyAt(ctx, id)))).flatMap((meta) => meta ?? [])
    const rest = await lookAt(
      ctx,
      hidden.map((meta) => ({ meta, alias: null })),
      asked,
    )
    // The tagging API lags: what has been given other tags since is nobody's rival.
    return [...found, ...rest.filter(({ ours }) => ours)]
  },

  async create(ctx, address, { description, policy }) {
    const input = { Description: description, Policy: JSON.stringify(policy), Tags: toKeyTags(ctx.tags(address)) }
    const { KeyMetadata: made } = await patiently(ctx, [FRESH_PRINCIPAL], () => ctx.kms.createKey(input))
    return required(made?.KeyId, 'CreateKey', 'KeyId')
  },

  async sync(ctx, spec, live, changed) {
    const steps = {
      ...changeOf(ctx, live.id, spec),
      alias: () => pointAlias(ctx, spec.alias, live.id),
      tags: () => tagKey(ctx, live.id, live.address),
    }
    // A disabled key does not take everything: it is woken first, or put to sleep last.
    const order = spec.enabled ? ORDER : ORDER.toReversed()
    const rules = [FRESH_KEY, FRESH_PRINCIPAL, ...(spec.enabled ? [WAKING] : [])]
    for (const field of order) if (changed.has(field)) await patiently<unknown>(ctx, rules, steps[field])
    const former = live.spec.alias
    if (changed.has('alias') && former !== '') await unlessGone(ctx.kms.deleteAlias({ AliasName: former }))
    await settled(ctx, live.id, spec, changed)
  },

  async destroy(ctx, live) {
    // A key that waits for its deletion keeps its aliases: the next one could not have them.
    for (const AliasName of await ownAliases(ctx, live.id)) await unlessGone(ctx.kms.deleteAlias({ AliasName }))
    const day = await scheduleDeletion(ctx, live.id)
    if (day === null) return
    ctx.note(
      `its deletion is scheduled for ${day}: until then \`aws kms cancel-key-deletion --key-id ${live.id}\` saves it`,
    )
    await steadily(ctx, 'the key to be out of use', async () => (await keyAt(ctx, live.id)) === undefined)
  },
}

const ORDER = ['enabled', 'description', 'policy', 'rotation', 'alias', 'tags'] as const

/** A key made a moment ago, or its alias, is not known everywhere. */
const FRESH_KEY: Passing = { codes: ['NotFound'], seconds: 600, what: 'the new key to be known everywhere' }

const WAKING: Passing = { codes: ['Disabled'], seconds: 600, what: 'the key to be enabled everywhere' }

/** A policy that names a role which KMS does not know yet is called malformed. */
const FRESH_PRINCIPAL: Passing = {
  codes: ['MalformedPolicyDocument'],
  seconds: 120,
  what: 'whom the policy names to be known everywhere',
}

interface Seen {
  readonly meta: KeyMetadata
  /** The alias that has led to it; null where that is to be found out. */
  readonly alias: string | null
}

const aliasIn = ({ spec }: Asked): string | null => {
  const alias = (spec as Partial<KeySpec> | null)?.alias
  return alias === undefined || alias === UNKNOWN ? null : alias
}

/** Where the wanted alias leads, and the one that is remembered: mostly the same. */
async function nearby(ctx: Ctx, one: Asked): Promise<readonly Seen[]> {
  const alias = aliasIn(one)
  const target = alias === null ? undefined : await keyAt(ctx, alias)
  const known = one.id === null || one.id === target?.KeyId ? undefined : await keyAt(ctx, one.id)
  return [...(target ? [{ meta: target, alias }] : []), ...(known ? [{ meta: known, alias: null }] : [])]
}

async function lookAt(ctx: Ctx, seen: readonly Seen[], asked: readonly Asked[]): Promise<readonly Live[]> {
  const found = await Promise.all(seen.map((one) => unlessGone(describe(ctx, one, asked))))
  return found.flatMap((live) => live ?? [])
}

type Live = Found<KeySpec, KeyOut>

async function describe(ctx: Ctx, { meta, alias }: Seen, asked: readonly Asked[]): Promise<Live> {
  const id = required(meta.KeyId, 'DescribeKey', 'KeyId')
  const asker = asked.find((one) => one.id === id)
  const [policy, rotation, tags, aliases] = await Promise.all([
    policyOf(ctx, id),
    rotationOf(ctx, id),
    tagsShown(ctx, { arn: meta.Arn ?? '', asker, ask: () => keyTags(ctx, id) }),
    alias === null ? ownAliases(ctx, id) : [alias],
  ])
  const claimed = claim(ctx, id, tags, asked)
  const wisher = claimed.ours ? undefined : asked.find((one) => alias !== null && aliasIn(one) === alias)
  return {
    ...claimed,
    address: wisher?.address ?? claimed.address,
    id,
    spec: {
      alias: aliases[0] ?? '',
      description: meta.Description ?? '',
      policy,
      rotation,
      enabled: enabledIn(meta),
    },
    tags,
    out: { id, arn: meta.Arn ?? '' },
  }
}
