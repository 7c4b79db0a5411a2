import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { stopLocal } from '../../src/local/index.ts'

/** A state directory and an environment of the test's own; what was started in it is ended afterwards. */
export function useStateHome(): { readonly directory: string; readonly file: (name: string) => string } {
  const home = { directory: '', file: (name: string) => join(home.directory, 'ecom-infra', name) }
  const before = { ...process.env }
  beforeEach(() => {
    home.directory = mkdtempSync(join(tmpdir(), 'ecom-infra-local-'))
    mkdirSync(join(home.directory, 'ecom-infra'))
    process.env.XDG_STATE_HOME = home.directory
  })
  afterEach(async () => {
    await stopLocal()
    for (const name of ['XDG_STATE_HOME', 'PATH', 'ECOM_INFRA_STOCK_MOTO']) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
    rmSync(home.directory, { recursive: true, force: true })
  })
  return home
}

/** A shell script that can be executed, with no help from the PATH. */
export function script(path: string, ...lines: readonly string[]): string {
  writeFileSync(path, `#!/bin/sh\n${lines.join('\n')}\n`)
  chmodSync(path, 0o755)
  return path
}
