import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Config } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { configSchema, NOT_YET } from '../src/config/schema.ts'
import { EXIT } from '../src/engine/errors.ts'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const README = textOf('README.md')
const DOCS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'))

interface Flag {
  readonly char?: string
  readonly type: string
}
interface Command {
  readonly id: string
  readonly flags: ReadonlyMap<string, Flag>
}

/** The commands as they are in the sources: nothing needs to be built for this. */
async function commandsOf(): Promise<readonly Command[]> {
  const own = JSON.parse(textOf('package.json'))
  const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands', plugins: [] } }
  const { commands } = await Config.load({ root: ROOT, pjson, ignoreManifest: true })
  return commands.map(({ id, flags }) => ({ id: id.replaceAll(':', ' '), flags: new Map(Object.entries(flags)) }))
}
const COMMANDS = await commandsOf()

/** Every field of the config that is not a group of others, as `web.minSize`. */
function fieldsOf(shape: object, prefix = ''): readonly string[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const inner = innermost(schema)
    return inner.def.type === 'object' ? fieldsOf(inner.shape ?? {}, `${prefix}${key}.`) : [`${prefix}${key}`]
  })
}

interface Schema {
  readonly def: { readonly type: string; readonly innerType?: Schema }
  readonly shape?: object
}
const innermost = (schema: Schema): Schema => (schema.def.innerType ? innermost(schema.def.innerType) : schema)

describe('the readme names', () => {
  test('every command', () => {
    expect(COMMANDS.length).toBeGreaterThan(10)
    expect(COMMANDS.filter(({ id }) => !README.includes(`| \`${id}`)).map(({ id }) => id)).toEqual([])
  })

  test('every flag', () => {
    const flags = new Set(COMMANDS.flatMap(({ flags }) => [...flags.keys()]))
    expect([...flags].filter((name) => !new RegExp(`--${name}\\b(?!-)`).test(README))).toEqual([])
  })

  test('every exit code', () => {
    const table = README.split('## Exit codes')[1]?.split('\n## ')[0] ?? ''
    expect(Object.values(EXIT).filter((code) => !new RegExp(`^\\|.*\`${code}\``, 'm').test(table))).toEqual([])
  })

  test('every field of the config, with what has no effect yet apart', () => {
    const [effective = '', idle = ''] = README.split('**Checked and kept, but without effect')
    const fields = fieldsOf(configSchema.shape)
    expect(fields.length).toBeGreaterThan(20)
    const waits = (field: string): boolean => NOT_YET.some((path) => field === path || field.startsWith(`${path}.`))
    expect(fields.filter((field) => !(waits(field) ? idle : effective).includes(`| \`${field}\` |`))).toEqual([])
  })

  test('the range of Node', () => {
    expect(README).toContain(`\`${JSON.parse(textOf('package.json')).engines.node}\``)
  })
})

describe('the documents', () => {
  const links = DOCS.flatMap((path) =>
    [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => [path, match[1] ?? ''] as const),
  )

  test.each(links.filter(([, link]) => !/^https?:/.test(link)))('%s: %s leads somewhere', (path, link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    expect(existsSync(join(ROOT, target))).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(textOf(target))).toContain(anchor)
  })

  const lines = DOCS.flatMap((path) => commandLines(textOf(path)).map((line) => [path, line] as const))

  test.each(lines)('%s: `%s` is a command line', (_path, line) => {
    expect(complaintAbout(line)).toBeNull()
  })

  const quotes = [...textOf('docs/adding-a-resource.md').matchAll(/<!-- (\S+) -->\n```ts\n([\s\S]*?)```/g)]

  test.each(quotes.map((match) => [match[1] ?? '', match[2] ?? '']))(
    'code that is quoted stands in %s',
    (path, code) => {
      expect(textOf(path)).toContain(code)
    },
  )
})

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** What begins with `ecom-infra`, in fenced blocks and between backticks. */
function commandLines(markdown: string): readonly string[] {
  const fenced = [...markdown.matchAll(/^```(?:console)?\n([\s\S]*?)^```/gm)].flatMap((match) =>
    (match[1] ?? '').split('\n'),
  )
  const inline = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] ?? '',
  )
  return [...fenced, ...inline].flatMap(
    (line) => /^\s*(?:\$ )?(?:npx )?ecom-infra (?=[a-z])(.+)$/.exec(line)?.[1] ?? [],
  )
}

/** What is wrong with the words after `ecom-infra`; null when the program would take them. */
function complaintAbout(line: string): string | null {
  const words =
    line
      .split(/\s+(?:#|\||>|\|\|)(?:\s|$)/)[0]
      ?.trim()
      .split(/\s+/) ?? []
  if (['help', 'autocomplete', 'COMMAND'].includes(words[0] ?? '')) return null
  const command = COMMANDS.find(({ id }) => `${words.join(' ')} `.startsWith(`${id} `))
  if (command === undefined) return topicOf(words) ? null : `there is no command ${words.join(' ')}`
  const rest = words.slice(command.id.split(' ').length)
  const unknown = rest.filter((word) => word.startsWith('-') && !isFlag(command, word))
  return unknown.length === 0 ? null : `${command.id} has no ${unknown.join(', ')}`
}

/** `state list|show` and the like stand for several commands. */
const topicOf = (words: readonly string[]): boolean =>
  words.length === 2 &&
  (words[1] ?? '').split('|').every((verb) => COMMANDS.some(({ id }) => id === `${words[0]} ${verb}`))

const isFlag = ({ flags }: Command, word: string): boolean => {
  const name = word.replace(/=.*$/, '').replace(/,$/, '')
  if (name === '--help') return true
  return name.startsWith('--') ? flags.has(name.slice(2)) : [...flags.values()].some(({ char }) => `-${char}` === name)
}
