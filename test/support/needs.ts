import { accessSync, constants, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'vitest'

/** A program that a test runs, and the Debian package that brings it. */
interface Need {
  readonly program: string
  readonly debian: string
}

/**
 * The path of a program that the test cannot do without. Where it is missing the test is skipped, and says so
 * aloud; under CI nobody reads that, so there it fails.
 */
export function needs(test: Pick<TestContext, 'skip'>, need: Need): string {
  const path = find(need.program)
  if (path !== undefined) return path
  const message = `${need.program} is not installed. Run: sudo apt-get install -y ${need.debian}`
  if (process.env.CI) throw new Error(message)
  console.warn(`SKIPPED: ${message}`)
  return test.skip(message)
}

/** Servers live in /usr/sbin, which an ordinary user's PATH leaves out, and PostgreSQL where several versions fit. */
function find(program: string): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    ...globSync('/usr/lib/postgresql/*/bin'),
  ]
  return folders.map((folder) => join(folder, program)).find(executable)
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
