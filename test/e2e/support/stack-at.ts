import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '../../../src/config/schema.ts'
import { type Account, openAccount } from '../../support/account.ts'
import { startProxy } from '../../support/proxy.ts'
import { type CliOptions, type CliResult, type CliRun, startCli } from '../../support/run-cli.ts'
import { type Raw, rawClients } from './raw.ts'

export type Changes = { readonly [K in keyof ConfigInput]?: ConfigInput[K] }

/** A config in a folder of its own, an AWS account of its own, and the real binary between them. */
export interface Stack {
  readonly id: string
  readonly dir: string
  readonly account: Account
  /** A stranger's clients, which the account's proxy does not see. */
  readonly raw: Raw
  /** Writes the config anew: the one of this file, with changes. */
  configure(changes?: Changes): void
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
  start(args: readonly string[], options?: CliOptions): CliRun
  /** Runs a command that has to go well, and gives its document. */
  json<T = Document>(args: readonly string[], code?: number, env?: CliOptions['env']): Promise<T>
  close(): Promise<void>
}

export interface Row {
  readonly address: string
  readonly id: string
  readonly status: string
  readonly health: { readonly state: string; readonly detail: string } | null
  readonly drift: readonly { readonly path: string; readonly desired: unknown; readonly actual: unknown }[]
}

/** What the documents of `up`, `status` and `down` have in common, and each has for itself. */
export interface Document {
  readonly schema: string
  readonly stack: string
  readonly verdict: string
  readonly summary: Readonly<Record<string, number>>
  readonly outputs: Readonly<Record<string, string>>
  readonly resources: readonly Row[]
  readonly leftovers: readonly unknown[]
  readonly kept: readonly {
    readonly type: string
    readonly id: string
    readonly why: string
    readonly monthlyUsd: number | null
  }[]
  readonly failures: readonly unknown[]
  readonly apiCalls: { readonly total: number; readonly mutating: number }
}

const BASE: ConfigInput = {
  name: 'shop',
  environment: 'dev',
  region: 'us-east-1',
  blueprint: 'ecommerce',
  tags: { owner: 'web-team' },
}

/** Opens a stack in an emulator, wherever that comes from. */
export async function openStackAt(
  emulatorUrl: string,
  changes: Changes = {},
  env: CliOptions['env'] = {},
): Promise<Stack> {
  const account = await openAccount(emulatorUrl)
  const aside = await startProxy({ target: emulatorUrl, account: account.id })
  const dir = mkdtempSync(join(tmpdir(), 'ecom-infra-e2e-'))
  const configure = (wanted: Changes = {}): void =>
    writeFileSync(join(dir, 'ecom-infra.yaml'), JSON.stringify({ ...BASE, ...changes, ...wanted }, null, 2))
  const start = (args: readonly string[], options: CliOptions = {}): CliRun =>
    startCli(args, { cwd: dir, ...options, env: { ...account.env, ...env, ...options.env } })
  const run = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> => start(args, options).result
  configure()
  return {
    ...{ id: `${BASE.name}-${BASE.environment}`, dir, account, raw: rawClients(aside.url), configure, run, start },
    json: async <T>(args: readonly string[], code = 0, more: CliOptions['env'] = {}) => {
      const result = await run([...args, '--json'], { env: more })
      if (result.code !== code)
        throw new Error(`${args.join(' ')} ended with ${result.code}, not ${code}: ${told(result)}`)
      return result.json<T>()
    },
    close: async () => {
      await Promise.all([account.close(), aside.close()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const told = ({ stdout, stderr }: CliResult): string => `${stdout}\n${stderr}`

/** What `status` says, when it ends as expected: 0 is in sync, 3 is not. */
export const status = (stack: Stack, code: 0 | 3 = 0): Promise<Document> => stack.json<Document>(['status'], code)

/** Rows that are not in sync. */
export const astray = ({ resources }: Document): readonly Row[] => resources.filter((row) => row.status !== 'in-sync')
