import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { webUserData } from '../../src/blueprints/parts/user-data.ts'
import { resolve } from '../../src/engine/ref.ts'
import { type Account, freshAccount } from '../support/emulator.ts'
import { needs } from '../support/needs.ts'
import { execute, ScratchServer } from '../support/scratch-server.ts'
import { type Raw, rawClients } from './support/raw.ts'

let account: Account
let raw: Raw
let bucket: string
beforeAll(async () => {
  account = await freshAccount()
  raw = rawClients(account.url)
  bucket = `static-${account.id}`
  await raw.s3.createBucket({ Bucket: bucket })
})
afterAll(() => account?.close())

/** The command line of the unit, with what systemd and the server would put into it. */
async function commandOf(server: ScratchServer): Promise<readonly string[]> {
  const [names, groups] = [
    ['table', 'secret', 'databaseHost', 'databasePort', 'databaseName'],
    ['access', 'error', 'system'],
  ]
  const any = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, key]))
  const options = {
    ...{ stack: 'shop-dev', region: 'us-east-1', retentionDays: 7, logGroups: any(groups) },
    names: { ...any([...names, 'fileSystem', 'accessPoint']), bucket },
  } as unknown as Parameters<typeof webUserData>[0]
  const { code, output } = await server.boot(String(resolve(webUserData(options), String)))
  expect(code, output).toBe(0)
  const unit = await server.read('etc/systemd/system/ecom-infra-static.service')
  const env = await server.read('etc/ecom-infra.env')
  const named = /^ASSETS_BUCKET='(.*)'$/m.exec(env)?.[1] ?? ''
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? ''
  // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's own placeholder
  return line.replace('${ASSETS_BUCKET}', named).replace(' /var/', ` ${server.root}/var/`).split(' ')
}

it('the real AWS CLI fetches with the unit’s command line: all of it, changes of the same size too, and in silence', async (context) => {
  const aws = needs(context, { program: 'aws', debian: 'awscli' })
  const server = await ScratchServer.make()
  const [program, ...args] = await commandOf(server)
  expect(program).toBe('/usr/bin/aws')
  const folder = join(server.root, 'var/www/static')
  const fetch = () => execute(aws, args, { ...process.env, ...account.env, AWS_DEFAULT_REGION: 'us-east-1' })
  const put = (Key: string, Body: string) => raw.s3.putObject({ Bucket: bucket, Key, Body })
  const read = (key: string) => readFileSync(join(folder, key), 'utf8')
  const silent = { code: 0, output: '' }

  await put('index.html', 'one')
  await put('css/a+b ü.css', 'two')
  expect(await fetch()).toEqual(silent)
  expect([read('index.html'), read('css/a+b ü.css')]).toEqual(['one', 'two'])

  const before = statSync(join(folder, 'index.html')).ctimeMs
  account.proxy.reset()
  expect(await fetch()).toEqual(silent)
  expect(account.proxy.calls.map(({ action }) => action)).toEqual(['ListObjectsV2'])
  expect(statSync(join(folder, 'index.html')).ctimeMs).toBe(before)

  // S3 tells times in whole seconds.
  await sleep(1_100)
  await put('index.html', 'ONE')
  writeFileSync(join(folder, 'stray.txt'), 'nobody put it into the bucket')
  await raw.s3.deleteObject({ Bucket: bucket, Key: 'css/a+b ü.css' })
  expect(await fetch()).toEqual(silent)
  expect(read('index.html')).toBe('ONE')
  expect(readdirSync(folder, { recursive: true }).filter((path) => path !== 'css')).toEqual(['index.html'])

  account.proxy.intercept(() => ({
    status: 403,
    body: '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>',
  }))
  const denied = await fetch()
  expect(denied.code).not.toBe(0)
  expect(denied.output).toContain('AccessDenied')
  // What is there stays: a bucket that cannot be read is not an empty one.
  expect(read('index.html')).toBe('ONE')
})
