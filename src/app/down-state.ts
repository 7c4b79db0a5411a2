import { byTheGb } from '../aws/sweep/finder.ts'
import { pricesOf } from '../prices/prices.ts'
import type { Kept } from '../report/types.ts'
import { hasStateBucket, removeStateBucket } from '../state/remove-bucket.ts'
import { storedBytes } from '../state/size.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

export interface StateFate {
  /** The stack has nothing in the bucket any more. */
  readonly gone: boolean
  readonly deleteData: boolean
}

/** The bucket stays unless this was the last stack and all data may go (cli.md). */
export async function stateThatStays(session: Session, { gone, deleteData }: StateFate): Promise<readonly Kept[]> {
  const { store, stack } = session
  const ctx = toolsOf(session).ctx(null, null)
  const costOf = async (prefix: string) =>
    byTheGb(pricesOf(ctx.region).unit('bucketGbMonth'), (await storedBytes(ctx, store, prefix)) ?? undefined)
  if (!gone) {
    const id = `${store.bucket}/${stack}/`
    // A run that was stopped asks nothing more: what it did has to be told.
    const monthlyUsd = session.stop.signal.aborted ? null : await costOf(`${stack}/`)
    return [{ type: 's3:object', id, why: 'the state of this stack', monthlyUsd }]
  }
  if (!(await hasStateBucket(ctx, store))) return []
  if (deleteData && (await removeStateBucket(ctx, store))) return []
  const why = 'the state bucket of this account and region'
  return [{ type: 's3:bucket', id: store.bucket, why, monthlyUsd: await costOf('') }]
}
