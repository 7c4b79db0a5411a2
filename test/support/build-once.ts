import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Written last by a build. */
const STAMP = join(ROOT, 'oclif.manifest.json')

/** Tests that run the binary. */
const RUNNERS = /\b(e2e|local)\b/

/**
 * Builds what the binary runs when it is older than its sources. Returns why that failed, or ''.
 * Who runs a few other files only is spared the wait, and may have sources that do not compile yet.
 */
export function buildOnce(say: (line: string) => void): string {
  const asked = process.argv.slice(2).filter((word) => word.includes('test/'))
  if (asked.length > 0 && !asked.some((path) => RUNNERS.test(path))) return ''
  if (changedAt(STAMP) > newest(join(ROOT, 'src'))) return ''
  say('Building dist: it is older than src.')
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { encoding: 'utf8' })
  return status === 0 ? '' : `the build failed:\n${stdout}${stderr}`
}

/** Folders count too: they tell of files that went. */
const newest = (folder: string): number =>
  Math.max(
    changedAt(folder),
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => changedAt(join(folder, name))),
  )

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
