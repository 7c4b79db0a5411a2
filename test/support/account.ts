import { randomInt } from 'node:crypto'
import { type AwsProxy, type ProxyOptions, startProxy } from './proxy.ts'

/** An AWS account that nobody else uses, and the only address at which it is seen. */
export interface Account {
  readonly id: string
  readonly url: string
  readonly proxy: AwsProxy
  /** For a program that uses the SDK, or for `runCli`. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** moto keeps accounts apart, but for the names of buckets, which are one world as in AWS: put the account's id in them. */
export async function openAccount(emulatorUrl: string, options: Partial<ProxyOptions> = {}): Promise<Account> {
  const id = String(randomInt(100_000_000_000, 1_000_000_000_000))
  const proxy = await startProxy({ target: emulatorUrl, account: id, ...options })
  return {
    id,
    url: proxy.url,
    proxy,
    env: {
      AWS_ENDPOINT_URL: proxy.url,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_REGION: 'us-east-1',
    },
    close: () => proxy.close(),
  }
}
