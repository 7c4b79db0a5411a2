/** Compiles src to dist and writes oclif's manifest, so that `--help` need not load a single command. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { distIsFresh } from './dist-age.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

// npx prepares the clone once more when it first links it into its cache: nobody should wait for that.
if (!process.argv.includes('--if-older') || !distIsFresh()) build()

function build(): void {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  execFileSync(bin('tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
  execFileSync(bin('oclif'), ['manifest'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}
