import { isDeepStrictEqual } from 'node:util'
import { Failed } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { changeOf, portionsOf, whyNever } from './db-changes.ts'
import { becomesUsable, instanceNow, isChangeable, isStuck, stuck } from './db-instance.ts'
import { type DbSettings, type Setting, settingsOf } from './db-settings.ts'
import { codeOf, messageOf } from './failure.ts'
import { rdsPatiently } from './rds.ts'
import type { Passing } from './wait.ts'

/** What is to become of a database. */
export interface Wish {
  readonly want: DbSettings
  readonly settings: readonly Setting[]
  /** Where equal is not identical. */
  readonly same: { readonly [S in Setting]?: ((want: never, have: never) => boolean) | undefined }
  /** The longest wait, in seconds. */
  readonly timeout: number
}

/** It is busy with something that passes, a backup or an earlier change. */
const BUSY: Passing = {
  codes: ['InvalidDBInstanceState'],
  seconds: 1_800,
  what: 'the database to be done with what it is doing',
}

/** AWS optimises storage for hours after a change, up to a day and more, and takes no other before (aws-behaviours.md 5.3). */
const OPTIMISING = /storage change|being optimi[sz]ed|storage[- ]optimi[sz]ation|storage.*6 hours/i

/**
 * Makes what still differs as it is wanted, and returns when the database can be used again. It is looked at anew
 * before each call: what differed while it was being created, or in an earlier change, may have come right by itself.
 */
export async function changeInstance(ctx: Ctx, name: string, wish: Wish): Promise<void> {
  for (const portion of portionsOf(wish.settings)) {
    const have = await changeable(ctx, name, wish)
    const never = whyNever(wish.want, have)
    if (never !== null)
      throw new Failed('Impossible', `The database ${name} cannot be changed so: ${never}.`, { hint: BACK })
    const wrong = differing(portion, wish, have)
    if (wrong.length === 0) continue
    await modify(ctx, name, changeOf(wrong, wish.want, have))
    await becomesUsable(ctx, name, wish.timeout, true)
  }
}

const BACK = 'Ask in the config for what it has or more; nothing of this change was made.'

const differing = (settings: readonly Setting[], { want, same }: Wish, have: DbSettings): readonly Setting[] =>
  settings.filter((setting) => {
    const equal = (same[setting] ?? isDeepStrictEqual) as (want: unknown, have: unknown) => boolean
    return !equal(want[setting], have[setting])
  })

/** How it is, as soon as it takes a change. */
async function changeable(ctx: Ctx, name: string, { want, timeout }: Wish): Promise<DbSettings> {
  const now = await instanceNow(ctx, name)
  const status = now?.DBInstanceStatus ?? ''
  if (now && isChangeable(status)) return settingsOf(now, want)
  if (isStuck(status)) throw stuck(name, status)
  await becomesUsable(ctx, name, timeout)
  return settingsOf((await instanceNow(ctx, name)) ?? {}, want)
}

async function modify(ctx: Ctx, name: string, change: ReturnType<typeof changeOf>): Promise<void> {
  const input = { DBInstanceIdentifier: name, ApplyImmediately: true, ...change }
  try {
    await rdsPatiently(ctx, () => ctx.rds.modifyDBInstance(input), [BUSY])
  } catch (error) {
    if (codeOf(error) !== 'InvalidParameterCombination' || !OPTIMISING.test(messageOf(error))) throw error
    throw new Failed('Optimising', `AWS is still optimising the storage of ${name} after an earlier change.`, {
      action: 'rds:ModifyDBInstance',
      hint: 'It takes hours, sometimes more than a day, and no other change of storage is possible until then. All else was changed; run up again later.',
      cause: error,
    })
  }
}
