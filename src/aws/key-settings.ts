import type { KeyMetadata } from '@aws-sdk/client-kms'
import type { Address } from '../engine/ref.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, unlessGone } from './failure.ts'
import { keyAt } from './keys.ts'
import { type PolicyDocument, samePolicy } from './policy.ts'
import { policyFrom } from './policy-text.ts'
import { until } from './wait.ts'

/** What of a key AWS shows with a delay. */
export interface KeySettings {
  readonly description: string
  readonly policy: PolicyDocument
  /** Once a year: every other period is a stranger's. */
  readonly rotation: boolean
  readonly enabled: boolean
}

const DEFAULT = { PolicyName: 'default' } as const
const YEAR = 365

export const enabledIn = ({ KeyState }: KeyMetadata): boolean => KeyState !== 'Disabled'

export const policyOf = async (ctx: Ctx, KeyId: string): Promise<PolicyDocument> =>
  policyFrom((await ctx.kms.getKeyPolicy({ KeyId, ...DEFAULT })).Policy)

export async function rotationOf(ctx: Ctx, KeyId: string): Promise<boolean> {
  const { KeyRotationEnabled = false, RotationPeriodInDays = YEAR } = await ctx.kms.getKeyRotationStatus({ KeyId })
  return KeyRotationEnabled && RotationPeriodInDays === YEAR
}

/** How each setting is changed. */
export const changeOf = ({ kms }: Ctx, KeyId: string, want: KeySettings) => ({
  enabled: () => (want.enabled ? kms.enableKey({ KeyId }) : kms.disableKey({ KeyId })),
  description: () => kms.updateKeyDescription({ KeyId, Description: want.description }),
  policy: () => kms.putKeyPolicy({ KeyId, ...DEFAULT, Policy: JSON.stringify(want.policy) }),
  rotation: () =>
    want.rotation ? kms.enableKeyRotation({ KeyId, RotationPeriodInDays: YEAR }) : kms.disableKeyRotation({ KeyId }),
})

/** Looks in a row that have to agree: KMS may still answer with what was (aws-behaviours.md 6.4). */
const STEADY = 5

/** Whether it is enabled flaps for longer than the rest. */
const STEADY_STATE = 15

/** Returns when `probe` has held in one look after the other. */
export async function steadily(ctx: Ctx, what: string, probe: () => Promise<boolean>, times = STEADY): Promise<void> {
  let agreed = 0
  await until(ctx, { what, every: 1, timeout: 600 }, async () => {
    agreed = (await probe()) ? agreed + 1 : 0
    return agreed >= times ? true : undefined
  })
}

/** Returns when KMS shows those of the settings that were changed. */
export async function settled(ctx: Ctx, id: string, want: KeySettings, changed: ReadonlySet<string>): Promise<void> {
  if (!SETTINGS.some((field) => changed.has(field))) return
  const shown = async () => {
    if (changed.has('policy') && !samePolicy(want.policy, await policyOf(ctx, id))) return false
    if (changed.has('rotation') && (await rotationOf(ctx, id)) !== want.rotation) return false
    if (!changed.has('description') && !changed.has('enabled')) return true
    const now = await keyAt(ctx, id)
    return now !== undefined && enabledIn(now) === want.enabled && (now.Description ?? '') === want.description
  }
  await steadily(ctx, 'KMS to show the new settings', shown, changed.has('enabled') ? STEADY_STATE : STEADY)
}

const SETTINGS = ['enabled', 'description', 'policy', 'rotation'] as const

/**
 * Makes the alias lead to this key, wherever it has led before. Whether it is there is asked first: a creation that
 * comes too late and a change that comes too early are both refused.
 */
export async function pointAlias({ kms }: Ctx, AliasName: string, TargetKeyId: string): Promise<void> {
  const there = await unlessGone(kms.describeKey({ KeyId: AliasName }))
  if (there) return void (await kms.updateAlias({ AliasName, TargetKeyId }))
  try {
    await kms.createAlias({ AliasName, TargetKeyId })
  } catch (error) {
    if (codeOf(error) !== 'AlreadyExists') throw error
    await kms.updateAlias({ AliasName, TargetKeyId })
  }
}

/** Puts our tags on a key, and takes off those given up; others stay. */
export async function tagKey({ kms, retired, tags }: Ctx, KeyId: string, address: Address): Promise<void> {
  if (retired.length > 0) await kms.untagResource({ KeyId, TagKeys: [...retired] })
  await kms.tagResource({ KeyId, Tags: toKeyTags(tags(address)) })
}

/** KMS has words of its own for tags. */
export const toKeyTags = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }))
