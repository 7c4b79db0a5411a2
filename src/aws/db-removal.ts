import type { DBInstance } from '@aws-sdk/client-rds'
import { Failed } from '../engine/errors.ts'
import type { Terms } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { hasSnapshot, instanceNow } from './db-instance.ts'
import { codeOf, messageOf, unlessGone } from './failure.ts'
import { type Passing, patiently, until } from './wait.ts'

const stamp = (): string => new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14)

/** AWS's longest; cut so that a hyphen is neither last nor doubled. */
const fitting = (name: string, room: number): string => name.slice(0, 255 - room).replace(/-+$/, '')

/** The name that the final snapshot is to have; null when the data may go. */
const snapshotOf = (name: string, { deleteData, snapshotName }: Terms): string | null =>
  deleteData ? null : (snapshotName ?? `${fitting(name, 21)}-final-${stamp()}`)

/** It is busy with something that passes: a backup, a change. */
const BUSY: Passing = {
  codes: ['InvalidDBInstanceState'],
  seconds: 1_800,
  what: 'the database to be done with what it is doing',
}

/** Deletes a database, with a final snapshot unless its data may go. Returns when it is gone, snapshot and all. */
export async function removeInstance(ctx: Ctx, name: string, terms: Terms, timeout: number): Promise<void> {
  const now = await settled(ctx, name, terms, timeout)
  if (!now) return
  if (now.DBInstanceStatus !== 'deleting') await ask(ctx, name, snapshotOf(name, terms))
  await until(ctx, { what: `the database ${name} to be gone`, every: 10, timeout }, async () =>
    (await instanceNow(ctx, name)) === undefined ? true : undefined,
  )
}

/** As it is when it can be deleted on these terms. While it is being created no snapshot can be taken. */
async function settled(ctx: Ctx, name: string, terms: Terms, timeout: number): Promise<DBInstance | null> {
  return until(
    ctx,
    { what: `the database ${name} to be there, to take a final snapshot`, every: 10, timeout },
    async () => {
      const now = await instanceNow(ctx, name)
      const status = now?.DBInstanceStatus ?? ''
      if (!now || terms.deleteData) return now ?? null
      if (!hasSnapshot(status)) throw hopeless(name, status)
      return status === 'creating' ? undefined : now
    },
  )
}

const hopeless = (name: string, status: string) =>
  new Failed('NoSnapshot', `The database ${name} is ${status}: AWS takes no final snapshot of it.`, {
    hint: 'Save what can be saved (its automated backups can be restored), then delete it with --delete-data.',
  })

async function ask(ctx: Ctx, name: string, snapshot: string | null): Promise<void> {
  const how = snapshot === null ? { SkipFinalSnapshot: true } : { FinalDBSnapshotIdentifier: snapshot }
  const input = { DBInstanceIdentifier: name, DeleteAutomatedBackups: true, SkipFinalSnapshot: false, ...how }
  try {
    await patiently(ctx, [BUSY], () => unlessGoing(unlessGone(ctx.rds.deleteDBInstance(input))))
  } catch (error) {
    if (snapshot === null || codeOf(error) !== 'DBSnapshotAlreadyExists') throw error
    // An earlier one has the name, perhaps of a deletion that was given up.
    await ask(ctx, name, `${fitting(snapshot, 15)}-${stamp()}`)
  }
}

/** Somebody, or an earlier try of ours, has asked for it already. */
async function unlessGoing(act: Promise<unknown>): Promise<void> {
  try {
    await act
  } catch (error) {
    if (codeOf(error) !== 'InvalidDBInstanceState' || !/being deleted/i.test(messageOf(error))) throw error
  }
}
