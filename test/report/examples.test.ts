import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Config } from '@oclif/core'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..', '..')

/** At 80 columns help breaks longer lines, with a backslash that a shell does not read as meant within quotes. */
const ROOM = 78

async function examplesOf(): Promise<readonly (readonly [string, string])[]> {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands', plugins: [] } }
  const { commands } = await Config.load({ root: ROOT, pjson, ignoreManifest: true })
  return commands.flatMap(({ id, examples = [] }) => {
    const name = id.replaceAll(':', ' ')
    return examples.map((example) => {
      // Below its description a command is indented once more.
      const [before, text] = typeof example === 'string' ? ['  $ ', example] : ['    $ ', example.command]
      const line = before + text.replace('<%= config.bin %>', 'ecom-infra').replace('<%= command.id %>', name)
      return [name, line] as const
    })
  })
}
const EXAMPLES = await examplesOf()

test('every command has two examples', () => {
  const counts = Map.groupBy(EXAMPLES, ([name]) => name)
  expect(counts.size).toBeGreaterThan(10)
  expect([...counts].filter(([, all]) => all.length < 2)).toEqual([])
})

test.each(EXAMPLES)('%s: `%s` can be copied at 80 columns', (name, line) => {
  expect(line).toContain(`ecom-infra ${name}`)
  expect(line.length).toBeLessThanOrEqual(ROOM)
})
