import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { TestContext } from 'vitest'
import { Postgres } from '../../support/postgres.ts'
import type { CliOptions, CliResult, CliRun } from '../../support/run-cli.ts'
import { Sshd } from '../../support/sshd.ts'
import { type InstanceConnect, standIn } from './connect.ts'
import { at } from './raw.ts'
import { openStack, type Stack } from './stack.ts'

/**
 * What of a stack a tunnel needs, in the emulator; and where its bastion and its database would be, a real OpenSSH and a
 * real PostgreSQL.
 */
export interface Ground {
  readonly stack: Stack
  readonly sshd: Sshd
  readonly postgres: Postgres
  readonly connect: InstanceConnect
  /** As RDS keeps it. */
  readonly password: string
  readonly secretArn: string
  /** The id of the instance that is the bastion. */
  readonly bastion: string
  /** Flags that lead to the real servers. */
  readonly there: readonly string[]
  readonly env: NonNullable<CliOptions['env']>
  start(args: readonly string[], options?: CliOptions): CliRun
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  /** Puts this into the secret; without a word, the password again. */
  setSecret(text?: string): Promise<void>
  /** What the command has left in its folder for temporary files. */
  litter(): readonly string[]
  end(): Promise<void>
}

export async function openGround(test: Pick<TestContext, 'skip'>): Promise<Ground> {
  const sshd = await Sshd.start(test)
  const stack = await openStack({ access: { sshCidrs: [] } })
  await stack.json(['up', '--yes', '--target', 'ec2:instance/bastion', 'rds:instance/main'])
  const { DBInstances } = await stack.raw.rds.describeDBInstances({})
  const { Endpoint, MasterUserSecret, MasterUsername = '', DBName = '' } = DBInstances?.[0] ?? {}
  const postgres = await Postgres.start(test, Endpoint?.Address)
  const secretArn = MasterUserSecret?.SecretArn ?? ''
  // Nothing that a shell, a URL or JSON would read as it is.
  const password = `s3cret "'$&\\ %2F`
  const setSecret = (text = JSON.stringify({ username: MasterUsername, password })) => put(stack, secretArn, text)
  await setSecret()
  await makeOwner(postgres, { MasterUsername, DBName, password })
  const connectTo = await standIn(stack.account.url, (key) => sshd.admission.admit(key))
  const { Reservations = [] } = await stack.raw.ec2.describeInstances({})
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances)
  const temporary = join(stack.dir, 'tmp')
  mkdirSync(temporary)
  const env = {
    AWS_ENDPOINT_URL_EC2_INSTANCE_CONNECT: connectTo.url,
    ...{ XDG_STATE_HOME: join(stack.dir, 'state'), TMPDIR: temporary, PGSSLROOTCERT: postgres.authority },
  }
  const there = [
    ...['--bastion', `${sshd.user}@127.0.0.1:${sshd.port}`],
    ...['--database', `127.0.0.1:${postgres.port}`],
  ]
  const start = (args: readonly string[], options: CliOptions = {}): CliRun =>
    stack.start(['ssh-bastion', ...there, ...args], { ...options, env: { ...env, ...options.env } })
  return {
    ...{ stack, sshd, postgres, connect: connectTo, password, secretArn, there, env, start, setSecret },
    bastion: at(instances, 'ec2:instance/bastion').InstanceId ?? '',
    run: (args, options) => start(args, options).result,
    // The cache is Node's own.
    litter: () => readdirSync(temporary).filter((name) => name !== 'node-compile-cache'),
    end: async () => {
      await Promise.all([stack.close(), connectTo.close(), sshd.end(), postgres.end()])
    },
  }
}

async function put({ account }: Stack, SecretId: string, SecretString: string): Promise<void> {
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const secrets = new SecretsManager({ endpoint: account.url, region: 'us-east-1', credentials })
  await secrets.putSecretValue({ SecretId, SecretString })
}

const psql = promisify(execFile)

async function makeOwner(
  postgres: Postgres,
  { MasterUsername, DBName, password }: { MasterUsername: string; DBName: string; password: string },
): Promise<void> {
  const env = { ...process.env, ...postgres.environment(postgres.port) }
  const literal = `E'${password.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const commands = [`create role ${MasterUsername} login password ${literal}`, `create database ${DBName}`]
  for (const command of commands) await psql('psql', ['-c', command], { env })
}

/** Whether anybody listens there. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
