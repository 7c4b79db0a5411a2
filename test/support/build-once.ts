import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { distIsFresh } from '../../scripts/dist-age.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Tests that run the binary. */
const RUNNERS = /\b(e2e|local)\b/

/**
 * Builds what the binary runs when it is older than its sources. Returns why that failed, or ''.
 * Who runs a few other files only is spared the wait, and may have sources that do not compile yet.
 */
export function buildOnce(say: (line: string) => void): string {
  const asked = process.argv.slice(2).filter((word) => word.includes('test/'))
  if (asked.length > 0 && !asked.some((path) => RUNNERS.test(path))) return ''
  if (distIsFresh()) return ''
  say('Building dist: it is older than src.')
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { encoding: 'utf8' })
  return status === 0 ? '' : `the build failed:\n${stdout}${stderr}`
}
