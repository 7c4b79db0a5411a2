import { byTheGb } from '../aws/sweep/finder.ts'
import { SWEEP_ACTIONS, type Swept, sweep } from '../aws/sweep/index.ts'
import type { Plan } from '../engine/steps.ts'
import { pricesOf } from '../prices/prices.ts'
import type { Kept } from '../report/types.ts'
import { hasStateBucket, removeStateBucket } from '../state/remove-bucket.ts'
import { storedBytes } from '../state/size.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

/** What is asked of a thing that a listing has shown. */
const OF_ONE = /:(DescribeKey|DescribeTable|ListTags\w+|ListResourceTags|GetBucketTagging)$/

const LISTINGS = SWEEP_ACTIONS.filter((action) => !OF_ONE.test(action))

/** The listings of the sweep, by service, for the receipt. */
export const CHECKED: readonly string[] = [...Map.groupBy(LISTINGS, (action) => action.split(':')[0] ?? '')].map(
  ([service, actions]) => `${service}: ${actions.map(wordsOf).join(', ')}`,
)

/** `ec2:DescribeNetworkAcls` as "network acls". */
function wordsOf(action: string): string {
  const noun = action.replace(/^.*:(Describe|List|Get)(AllMy)?/, '')
  return noun.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').toLowerCase()
}

export const NOTHING: Swept = { leftovers: [], kept: [] }

/** Where a part stays, all of it would be found. */
export async function prove(session: Session, { steps }: Plan, all: boolean): Promise<Swept> {
  if (!all) return NOTHING
  const vpcs = steps.flatMap(({ type, live }) => (type.type === 'ec2:vpc' && live ? live.id : []))
  session.emit({ kind: 'phase', phase: 'sweep', text: 'sweeping the account for anything that is left' })
  return sweep(toolsOf(session).ctx(null, null), vpcs)
}

/** The bucket stays unless this was the last stack and all data may go (cli.md). */
export async function stateThatStays(
  session: Session,
  { gone, deleteData }: { gone: boolean; deleteData: boolean },
): Promise<readonly Kept[]> {
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
