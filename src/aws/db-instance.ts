import type { DBInstance } from '@aws-sdk/client-rds'
import { Failed } from '../engine/errors.ts'
import type { Farewell } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { all, STACK, toRecord } from './ownership.ts'
import { pause, scaled, until } from './wait.ts'

/** Every database of the region with its tags: there is no filter by tag, and the quota is small (aws-behaviours.md 5.3). */
export const instances = (ctx: Ctx): Promise<readonly DBInstance[]> =>
  ctx.memo('rds:instances', () => all(ctx.rds.paginateDescribeDBInstances({}), (page) => page.DBInstances))

/** One of them as it is now; undefined when it has gone. */
export async function instanceNow(ctx: Ctx, name: string): Promise<DBInstance | undefined> {
  const answer = await unlessGone(ctx.rds.describeDBInstances({ DBInstanceIdentifier: name }))
  return answer?.DBInstances?.find((one) => one.DBInstanceIdentifier === name)
}

/** What never came into being, or never will be again: AWS can only restore it from a backup. */
const DEAD = /^(failed|restore-error|insufficient-capacity|incompatible-(restore|create))$/

/** What does not pass by itself. */
const STUCK = /^(incompatible-.*|inaccessible-encryption-credentials.*|stopped|deleting)$/

/** When AWS takes no final snapshot. While it is being created there is nothing to take yet: that passes. */
const NO_SNAPSHOT = /^(failed|incompatible-restore|incompatible-network)$/

const USABLE = ['available', 'storage-optimization']

/** States in which AWS takes a change. One that is full waits for the very change that grows it. */
const CHANGEABLE = [...USABLE, 'storage-full', 'incompatible-parameters']

export const isDead = (status: string): boolean => DEAD.test(status)
export const isStuck = (status: string): boolean => isDead(status) || STUCK.test(status)
export const isChangeable = (status: string): boolean => CHANGEABLE.includes(status)
export const hasSnapshot = (status: string): boolean => !NO_SNAPSHOT.test(status)

/** In a row: the status flaps, from available to backing-up and modifying and back. */
const TIMES = 3

/** Seconds in which a change begins to show, and looks that may miss the database. */
const SETTLING = 60
const MISSED = 10

/** Seconds in which a new one may still flap. */
const YOUTH = 1_800

const isYoung = ({ InstanceCreateTime: born }: DBInstance): boolean =>
  born === undefined || Date.now() - born.getTime() < scaled(YOUTH)

/**
 * Returns when AWS has called it usable three times in a row. The first look counts only after a minute where it is
 * new, or was changed just now.
 */
export async function becomesUsable(ctx: Ctx, name: string, timeout: number, changed = false): Promise<void> {
  const first = await instanceNow(ctx, name)
  const watch = new Watch(ctx, name)
  watch.see(first)
  if (changed || !first || isYoung(first)) await pause(SETTLING, ctx.signal)
  await until(ctx, { what: `the database ${name} to become available`, every: 10, timeout }, async () =>
    watch.counts(await instanceNow(ctx, name)) >= TIMES ? true : undefined,
  )
}

/** Says each state once, counts the good looks in a row, and gives up where waiting does not help. */
class Watch {
  readonly #ctx: Ctx
  readonly #name: string
  #status = ''
  #good = 0
  #missed = 0

  constructor(ctx: Ctx, name: string) {
    this.#ctx = ctx
    this.#name = name
  }

  counts(now: DBInstance | undefined): number {
    this.see(now)
    this.#good = now && USABLE.includes(now.DBInstanceStatus ?? '') ? this.#good + 1 : 0
    this.#missed = now ? 0 : this.#missed + 1
    if (this.#missed > MISSED) throw new Failed('Broken', `The database ${this.#name} has gone.`)
    return this.#good
  }

  see(now: DBInstance | undefined): void {
    const status = now?.DBInstanceStatus ?? this.#status
    if (isStuck(status)) throw stuck(this.#name, status)
    if (status !== this.#status && !USABLE.includes(status)) this.#ctx.note(`the database ${this.#name} is ${status}`)
    this.#status = status
  }
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^stopped$/, 'Start it (aws rds start-db-instance), then run the same command again.'],
  [/^deleting$/, 'Wait until it is gone, then run the same command again.'],
  [/^incompatible-parameters$/, 'Its parameter group asks for more than it has: mend the parameters, then restart it.'],
  [/^inaccessible-encryption/, 'Its KMS key is disabled or may not be used any more: see to the key first.'],
]

/** Why there is nothing to wait for. */
export function stuck(name: string, status: string): Failed {
  const hint = HINTS.find(([pattern]) => pattern.test(status))?.[1]
  return new Failed('Broken', `The database ${name} is ${status}: that does not pass by itself.`, {
    hint: hint ?? 'See its events (aws rds describe-events); restore it from a backup, or have it made again.',
  })
}

/**
 * What stands in the way of deleting a group of RDS: databases that use it and are not ours (restored by hand, say).
 * Their interfaces stand in our subnets too, under our security group, so nothing else tells them from our own.
 */
export async function foreignUsers(ctx: Ctx, uses: (instance: DBInstance) => boolean): Promise<Farewell> {
  const others = (await instances(ctx)).filter((one) => uses(one) && toRecord(one.TagList)[STACK] !== ctx.stack)
  const blockers = others.map(
    ({ DBInstanceIdentifier: id }) => `the database ${id} uses it and does not belong to this stack: delete or move it`,
  )
  return { blockers, losses: [] }
}
