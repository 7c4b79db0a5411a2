import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCli } from '../support/run-cli.ts'

const DEMO = join(import.meta.dirname, '../../scripts/demo.ts')
/** Its own temporary folder stands in the environment of each process that it starts. */
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecom-infra-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const startDemo = () => startCli([], { program: DEMO, env: { TMPDIR: folder }, timeoutMs: 180_000 })

/** What runs and was started, directly or not, by the demo. */
function processes(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => read(`/proc/${pid}/environ`).includes(folder)).map((pid) => read(`/proc/${pid}/cmdline`))
}

/** But for Node's own cache of what it has compiled. */
const files = () => readdirSync(folder).filter((name) => name !== 'node-compile-cache')

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has ended, or is another user's
  }
}

describe('npm run demo', () => {
  it('shows the whole of the main job, and leaves no process and no file', async () => {
    const { code, stdout, stderr } = await startDemo().result
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout.match(/^\$ ecom-infra .*$/gm)).toEqual([
      '$ ecom-infra init --defaults --name shop --region us-east-1',
      '$ ecom-infra up --local --dry-run',
      '$ ecom-infra up --local --yes',
      '$ ecom-infra site push site --local',
      '$ ecom-infra status --local',
      '$ ecom-infra status --local',
      '$ ecom-infra up --local --yes',
      '$ ecom-infra status --local',
      '$ ecom-infra down --local --yes',
      '$ ecom-infra down --local --yes --delete-data',
      '$ ecom-infra local stop',
    ])
    expect(stdout.match(/^\(exit code .*$/gm)).toEqual([
      '(exit code 3, as it should be)',
      '(exit code 2, as it should be)',
    ])
    expect(stdout).toMatch(/^On AWS it costs about \$\d+\.\d\d a month/m)
    expect(stdout).toMatch(/2 uploaded/)
    expect(stdout).toMatch(/rds:instance\/main .*drifted\n\s+publiclyAccessible is true, should be false/)
    expect(stdout).toMatch(/sns:topic\/alerts .*drifted\n\s+policy/)
    expect(stdout).toMatch(/cloudwatch:alarm\/database-cpu {2}missing/)
    expect(stderr).toContain('Data would be lost, so nothing was deleted')
    expect(stdout).toMatch(/^All of it held, and nothing is left\. \d+ s\.$/m)
    expect(stdout + stderr).not.toContain('\u001B')
    expect(files()).toEqual([])
    if (process.platform === 'linux') expect(processes()).toEqual([])
  })

  it.runIf(process.platform === 'linux')('leaves nothing either when it is interrupted in the middle', async () => {
    const demo = startDemo()
    await demo.said(/^creating /m)
    expect(processes().join()).toContain('server.py')
    demo.kill('SIGINT')
    expect(await demo.result).toMatchObject({ code: 130, timedOut: false })
    expect(processes()).toEqual([])
    expect(files()).toEqual([])
  })
})
