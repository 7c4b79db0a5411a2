import type { TableDescription } from '@aws-sdk/client-dynamodb'
import { Failed } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, messageOf, requestIdOf } from './failure.ts'
import { changeTable } from './tables.ts'

/** What one call of UpdateTable changes: one kind a call. */
export interface TableSettings {
  readonly billing: 'PAY_PER_REQUEST' | 'PROVISIONED'
  readonly encryption: 'KMS' | 'DEFAULT'
  readonly deletionProtection: boolean
}

export const SETTINGS = ['billing', 'encryption', 'deletionProtection'] as const

/** How each setting is changed. */
export const changeOf = (want: TableSettings) => ({
  billing: { BillingMode: want.billing },
  encryption: { SSESpecification: { Enabled: want.encryption === 'KMS' } },
  deletionProtection: { DeletionProtectionEnabled: want.deletionProtection },
})

/** A table on demand has no capacity; while it is made, AWS may not say yet how it is paid for. */
export function settingsOf(table: TableDescription): TableSettings {
  const { BillingModeSummary, ProvisionedThroughput, SSEDescription, DeletionProtectionEnabled = false } = table
  const capacity = ProvisionedThroughput?.ReadCapacityUnits ?? 0
  const encrypted = SSEDescription !== undefined && !['DISABLED', 'DISABLING'].includes(SSEDescription.Status ?? '')
  return {
    billing: BillingModeSummary?.BillingMode ?? (capacity === 0 ? 'PAY_PER_REQUEST' : 'PROVISIONED'),
    encryption: encrypted ? 'KMS' : 'DEFAULT',
    deletionProtection: DeletionProtectionEnabled,
  }
}

/** Days that a table can be taken back by: less is a stranger's. */
const DAYS = 35

export async function recoveryOf({ dynamodb }: Ctx, TableName: string): Promise<boolean> {
  const { ContinuousBackupsDescription } = await dynamodb.describeContinuousBackups({ TableName })
  const now = ContinuousBackupsDescription?.PointInTimeRecoveryDescription
  return now?.PointInTimeRecoveryStatus === 'ENABLED' && (now.RecoveryPeriodInDays ?? DAYS) === DAYS
}

export const recoverable = ({ dynamodb }: Ctx, TableName: string, on: boolean): Promise<unknown> =>
  dynamodb.updateContinuousBackups({
    TableName,
    PointInTimeRecoverySpecification: on
      ? { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: DAYS }
      : { PointInTimeRecoveryEnabled: false },
  })

/** The attribute that items expire by. A change takes up to an hour, and counts as made. */
export async function expiryOf({ dynamodb }: Ctx, TableName: string): Promise<string | null> {
  const { TimeToLiveDescription: now } = await dynamodb.describeTimeToLive({ TableName })
  const on = now?.TimeToLiveStatus === 'ENABLED' || now?.TimeToLiveStatus === 'ENABLING'
  return on ? (now.AttributeName ?? null) : null
}

/** From one attribute to another leads only the way over none. */
export async function expireBy(ctx: Ctx, name: string, have: string | null, want: string | null): Promise<void> {
  if (have !== null) await setExpiry(ctx, name, have, false)
  if (want !== null) await setExpiry(ctx, name, want, true)
}

async function setExpiry(ctx: Ctx, TableName: string, AttributeName: string, Enabled: boolean): Promise<void> {
  const input = { TableName, TimeToLiveSpecification: { AttributeName, Enabled } }
  try {
    await changeTable(ctx, () => ctx.dynamodb.updateTimeToLive(input))
  } catch (error) {
    if (codeOf(error) !== 'Validation') throw error
    // It was asked for before, and the look did not show it yet.
    if (messageOf(error).includes(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`)) return
    if (!/multiple times|fixed interval/i.test(messageOf(error))) throw error
    throw tooSoon(TableName, AttributeName, Enabled, error)
  }
}

const tooSoon = (name: string, attribute: string, on: boolean, cause: unknown): Failed =>
  new Failed(
    'ExpiryTooSoon',
    `DynamoDB changes a table's TTL once an hour at most: that of ${name} is not switched ${on ? 'on' : 'off'} yet (${attribute}).`,
    {
      action: 'dynamodb:UpdateTimeToLive',
      awsCode: codeOf(cause),
      requestId: requestIdOf(cause),
      hint: 'Run the same command again in an hour: it does what is left.',
      cause,
    },
  )
