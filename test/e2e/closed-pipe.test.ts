import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('whoever reads our output may go: the exit code is the command’s own', () => {
  const home = mkdtempSync(join(tmpdir(), 'ecom-infra-pipe-'))
  const script = 'set -o pipefail; "$0" bin/run.js local status | true'
  const cwd = join(import.meta.dirname, '..', '..')
  const env = { ...process.env, XDG_STATE_HOME: home }
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath], { cwd, env, encoding: 'utf8' })
  rmSync(home, { recursive: true })
  expect([status, stderr]).toEqual([0, ''])
})
