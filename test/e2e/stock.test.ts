import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMoto } from '../../src/local/moto.ts'
import { waitForPort } from '../../src/local/server.ts'
import { runCli } from '../support/run-cli.ts'
import { rawClients } from './support/raw.ts'
import type { Document } from './support/stack.ts'

/** moto as it comes: no extension of ours, none of AWS's own policies. */
describe('the main job on stock moto', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ecom-infra-stock-'))
  let child: ChildProcess | undefined
  let url = ''

  beforeAll(async () => {
    const config = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' }
    writeFileSync(join(dir, 'ecom-infra.yaml'), JSON.stringify(config))
    const log = join(dir, 'moto.log')
    const out = openSync(log, 'w')
    const { python } = await findMoto(() => undefined)
    const { MOTO_IAM_LOAD_MANAGED_POLICIES: _, ...env } = process.env
    child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
      stdio: ['ignore', out, out],
      env: { ...env, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', PYTHONUNBUFFERED: '1' },
    })
    url = `http://127.0.0.1:${await waitForPort(child, log)}`
  })
  afterAll(() => {
    child?.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })

  const go = async (...args: readonly string[]) => {
    const result = await runCli([...args, '--json'], { cwd: dir, env: { AWS_ENDPOINT_URL: url } })
    return { ...result, document: result.json<Document>() }
  }

  it('is done, and what it lacks is said once and is no drift', async () => {
    const made = await go('up', '--yes')
    expect(made.document.failures).toEqual([])
    expect(made.stderr.match(/none of AWS's own policies/g)).toHaveLength(1)
    expect((await go('status')).document.verdict).toBe('in-sync')
    const unchanged = made.document.summary.created
    expect(unchanged).toBeGreaterThan(60)
    expect((await go('up', '--yes')).document).toMatchObject({
      summary: { created: 0, updated: 0, unchanged },
      apiCalls: { mutating: 0 },
    })
  })

  it('survives a stranger who deletes the NAT gateway, and leaves nothing', async () => {
    const { ec2 } = rawClients(url)
    const { NatGateways = [] } = await ec2.describeNatGateways({})
    await ec2.deleteNatGateway({ NatGatewayId: NatGateways[0]?.NatGatewayId })
    expect((await go('up', '--yes')).document.failures).toEqual([])
    const gone = await go('down', '--yes', '--delete-data')
    expect(gone.code, gone.stderr).toBe(0)
    expect(gone.document.leftovers).toEqual([])
  })
})
