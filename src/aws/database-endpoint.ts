import type { DBInstance } from '@aws-sdk/client-rds'
import { Failed, Refused } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { instances, isStuck, stuck } from './db-instance.ts'
import { codeOf, isGone } from './failure.ts'
import { nameOf } from './names.ts'
import { ADDRESS, STACK, toRecord } from './ownership.ts'

const DATABASE = 'rds:instance/main'

/** What a client has to know of the database, but for the password. */
export interface DatabaseEndpoint {
  readonly id: string
  /** RDS's own name for it: the one that its certificate is for. */
  readonly host: string
  readonly port: number
  readonly name: string
  readonly user: string
  /** Where the password lies; null where RDS does not keep it. */
  readonly secretArn: string | null
}

interface Needs {
  /** False: somebody only wants to know what it is called, and goes elsewhere. */
  readonly running: boolean
}

/** The stack's database, by our tags, else by its name where nobody has tagged it. Null: there is none. One call. */
export async function databaseOf(ctx: Ctx, { running }: Needs = { running: true }): Promise<DatabaseEndpoint | null> {
  const list = await instances(ctx)
  const tagged = list.find(({ TagList }) => {
    const tags = toRecord(TagList)
    return tags[STACK] === ctx.stack && tags[ADDRESS] === DATABASE
  })
  const name = nameOf(ctx.stack, 'main', 63).toLowerCase()
  const bare = list.find((one) => one.DBInstanceIdentifier === name && toRecord(one.TagList)[STACK] === undefined)
  const item = tagged ?? bare
  if (!item) return null
  const { DBInstanceIdentifier: id = '', DBInstanceStatus: status = '' } = item
  if (running && isStuck(status)) throw stuck(id, status)
  return endpointOf(item)
}

function endpointOf(item: DBInstance): DatabaseEndpoint {
  const { DBInstanceIdentifier: id = '', DBInstanceStatus: status = '', Endpoint, MasterUserSecret } = item
  if (!Endpoint?.Address) {
    throw new Failed('DatabaseNotReady', `The database ${id} is ${status}, and has no address yet.`, {
      address: DATABASE,
      hint: 'Wait until `ecom-infra status` calls it healthy, then run the same command again.',
    })
  }
  return {
    ...{ id, host: Endpoint.Address, port: Endpoint.Port ?? 5432 },
    ...{ name: item.DBName || 'postgres', user: item.MasterUsername ?? 'postgres' },
    secretArn: MasterUserSecret?.SecretArn ?? null,
  }
}

export const noDatabase = ({ stack, region }: Pick<Ctx, 'stack' | 'region'>): Refused =>
  new Refused('NoDatabase', `${stack} has no database in ${region}.`, {
    address: DATABASE,
    hint: 'Run `ecom-infra up`, then the same command again.',
  })

/** The password that RDS keeps. It is read when it is needed, handed to who needs it, and kept by nobody. */
export async function passwordOf(ctx: Ctx, { id, secretArn }: DatabaseEndpoint): Promise<string> {
  if (secretArn === null) {
    throw new Failed('NoSecret', `RDS does not keep the password of ${id} in a secret.`, {
      address: DATABASE,
      hint: 'Run `ecom-infra up`, which hands it over to RDS; or open the tunnel without a command, and give the password yourself.',
    })
  }
  const { SecretString = '' } = await ctx.secrets.getSecretValue({ SecretId: secretArn }).catch((error: unknown) => {
    throw isGone(error) || codeOf(error) === 'InvalidRequest' ? gone(secretArn, error) : error
  })
  const password = parsed(SecretString)
  if (password !== null) return password
  // What it holds instead is never told.
  throw new Failed('BadSecret', `The secret ${secretArn} does not hold a password in RDS's way.`, {
    hint: 'Rotate it (aws secretsmanager rotate-secret), then run the same command again.',
  })
}

const gone = (secretArn: string, cause: unknown): Failed =>
  new Failed('NoSecret', `The secret ${secretArn} is gone.`, {
    ...{ address: DATABASE, action: 'secretsmanager:GetSecretValue', cause },
    hint: 'Run `ecom-infra up`, then the same command again.',
  })

function parsed(text: string): string | null {
  try {
    const { password } = JSON.parse(text) as { readonly password?: unknown }
    // No environment holds a NUL, and what refuses it quotes the whole value.
    const usable = typeof password === 'string' && password !== '' && !password.includes('\0')
    return usable ? password : null
  } catch {
    // The parser's own words would quote the secret.
    return null
  }
}
