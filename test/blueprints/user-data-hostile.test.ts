import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type WebUserData, webUserData } from '../../src/blueprints/parts/user-data.ts'
import { put, quote } from '../../src/blueprints/parts/user-data-shell.ts'
import { resolve } from '../../src/engine/ref.ts'
import { nasty } from '../support/hostile.ts'
import { execute, ScratchServer } from '../support/scratch-server.ts'

/** What AWS lets names, addresses and ids be made of, at their oddest. */
const NAMES = {
  ...{
    table: 'a-_.b',
    bucket: '0.a-b',
    secret: 'arn:aws:secretsmanager:x:1:secret:rds!db-a/b_+=.@-c',
    databaseHost: 'a.b-c',
  },
  ...{ databasePort: '1', databaseName: 'a_1', fileSystem: 'fs-0', accessPoint: 'fsap-0' },
}

/** A shell has no zeros, and UTF-8 no halves of letters. */
const text = nasty.map((one) => one.replaceAll(/\0|\p{Cs}/gu, ''))

test('a script runs nothing of what is in it, whatever that is', async () => {
  const all = fc.sample(text, 250).join(' ')
  const whole = `${all}\nEND\n'END'\nEND_\n$(touch pwned)\n\`touch pwned\`\n';touch pwned;'"`
  const options: WebUserData = {
    ...{ stack: whole, region: whole, retentionDays: 7, names: NAMES },
    logGroups: { access: whole, error: whole, system: whole },
  }
  const server = await ScratchServer.make()
  const { code, output } = await server.boot(String(resolve(webUserData(options), String)))
  expect(code, output).toBe(0)
  const there = [...readdirSync(server.folder, { recursive: true }), ...readdirSync(process.cwd())].map(String)
  expect(there.filter((name) => name.endsWith('pwned'))).toEqual([])
  const agent = JSON.parse(await server.read('opt/aws/amazon-cloudwatch-agent/etc/ecom-infra.json'))
  expect(agent).toMatchObject({ agent: { region: whole }, metrics: { namespace: `EcomInfra/${whole}` } })
})

test('what is put into a file is there to the letter, and what is quoted is one word', async () => {
  const server = await ScratchServer.make()
  const texts = fc.sample(text, 60)
  const lines = texts.map((one, index) => `${put(`/f${index}`, one)}\nprintf '%s' ${quote(one)} >"$ROOT/q${index}"`)
  const script = join(server.folder, 'script')
  const own = 'put() { install -D -m 0644 /dev/stdin "$ROOT$1"; }'
  await writeFile(script, ['set -eu', `ROOT=${quote(server.root)}`, own, ...lines].join('\n'))
  expect(await execute('/bin/bash', [script])).toEqual({ code: 0, output: '' })
  for (const [index, one] of texts.entries()) {
    expect(await server.read(`f${index}`)).toBe(`${one}\n`)
    expect(await server.read(`q${index}`)).toBe(one)
  }
  expect(readdirSync(server.root).filter((name) => !/^[fq]\d+$/.test(name))).toEqual(['etc', 'opt'])
})
