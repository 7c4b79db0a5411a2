import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CommandHelp, Config } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tables, withTables } from '../scripts/reference.ts'
import { draw } from '../src/blueprints/index.ts'
import { checkConfig, SAMPLE } from '../src/config/check.ts'
import { configSchema } from '../src/config/schema.ts'
import { QUESTIONS } from '../src/config/wizard/questions.ts'
import { EXIT } from '../src/engine/errors.ts'
import { pricesOf } from '../src/prices/prices.ts'
import { partsOf, type Thing } from '../src/report/cost-parts.ts'

const ROOT = resolve(import.meta.dirname, '..')
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const README = textOf('README.md')
const DOCS = globSync(['*.md', 'docs/**/*.md', 'prices/*.md'], { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'))
const sources = globSync('src/**/*.ts', { cwd: ROOT }).map(textOf)

interface Flag {
  readonly char?: string
  readonly type: string
}
interface Command {
  readonly id: string
  readonly flags: ReadonlyMap<string, Flag>
  /** What stands after `--` is another program's. */
  readonly runsOthers: boolean
}

/** The commands as they are in the sources: nothing needs to be built for this. */
async function sourcesOf(): Promise<Config> {
  const own = JSON.parse(textOf('package.json'))
  const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands', plugins: [] } }
  return Config.load({ root: ROOT, pjson, ignoreManifest: true })
}
const CONFIG = await sourcesOf()
const COMMANDS: readonly Command[] = CONFIG.commands.map(({ id, flags, usage = [] }) => ({
  id: id.replaceAll(':', ' '),
  flags: new Map(Object.entries(flags)),
  runsOthers: [usage].flat().some((line) => line.includes(' -- COMMAND')),
}))

/** Every field of the config that is not a group of others, as `web.minSize`, and its default. */
function fieldsOf(shape: object, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const inner = innermost(schema)
    const path = `${prefix}${key}`
    return inner.def.type === 'object' ? fieldsOf(inner.shape ?? {}, `${path}.`) : [[path, defaultOf(schema)] as const]
  })
}

interface Schema {
  readonly def: { readonly type: string; readonly innerType?: Schema; readonly defaultValue?: unknown }
  readonly shape?: object
}
const innermost = (schema: Schema): Schema => (schema.def.innerType ? innermost(schema.def.innerType) : schema)
const defaultOf = ({ def }: Schema): unknown =>
  def.type === 'default' ? def.defaultValue : def.innerType && defaultOf(def.innerType)

/** The stack of the readme: the defaults, in us-east-1, on AWS. */
const GRAPH = draw(configSchema.parse(SAMPLE), {
  ...{ account: '123456789012', partition: 'aws', region: SAMPLE.region, tls: true },
  zones: ['us-east-1a', 'us-east-1b'],
  images: { x86_64: 'ami-0', arm64: 'ami-0' },
})
const NODES = [...GRAPH.nodes.values()]

describe('the help', () => {
  test.each(CONFIG.commands)('of $id: whole alternatives, within 80 columns, wrapped once', (command) => {
    const lines = new CommandHelp(command as never, CONFIG, { maxWidth: 80 }).generate().split('\n')
    expect(lines.length).toBeGreaterThan(10)
    const usage = lines.slice(0, lines.indexOf('')).join(' ')
    expect(usage).not.toMatch(/[[(|]\s*[\])|]/)
    // A command of an example is one word to whoever copies it.
    expect(lines.slice(0, lines.indexOf('EXAMPLES')).filter((line) => line.length > 80)).toEqual([])
    expect(command.description ?? '').not.toMatch(/[^.\n]\n(?!\n)/)
  })
})

describe('the readme names', () => {
  test('every command', () => {
    expect(COMMANDS.length).toBeGreaterThan(10)
    expect(COMMANDS.filter(({ id }) => !README.includes(`| \`${id}`)).map(({ id }) => id)).toEqual([])
  })

  test('every flag, of each command', () => {
    const missing = COMMANDS.flatMap(({ id, flags }) => {
      const row = README.split('\n').find((line) => new RegExp(`^\\| \`${id}[ \`]`).test(line) && line.includes('--'))
      return [...flags.keys()].filter((name) => {
        const flag = new RegExp(`--${name}\\b(?!-)`)
        return !flag.test(row ?? '') && !flag.test(commonFlags)
      })
    })
    expect(missing).toEqual([])
  })

  const commonFlags = README.split('<!-- common flags')[1]?.split('<!-- end')[0] ?? ''

  test('every exit code', () => {
    const table = README.split('## Exit codes')[1]?.split('\n## ')[0] ?? ''
    expect(Object.values(EXIT).filter((code) => !new RegExp(`^\\|.*\`${code}\``, 'm').test(table))).toEqual([])
  })

  test('every field of the config, with its default', () => {
    const fields = fieldsOf(configSchema.shape)
    expect(fields.length).toBeGreaterThan(30)
    const said = ([field, preset]: readonly [string, unknown]) => {
      const [, row = ''] = README.split(`\n| \`${field}\` | `)
      return row.split(' | ')[1] === (preset === undefined ? 'required' : `\`${JSON.stringify(preset)}\``)
    }
    expect(fields.filter((field) => !said(field)).map(([field]) => field)).toEqual([])
  })

  test('every document that a command prints', () => {
    const inside = ['arrival', 'lock', 'run']
    const kinds = new Set(
      sources.flatMap((text) => [...text.matchAll(/'ecom-infra\/([a-z-]+)\/\d'/g)].map(([, kind]) => kind)),
    )
    expect(kinds.size).toBeGreaterThan(12)
    expect(
      [...kinds].filter((kind) => !inside.includes(kind ?? '') && !README.includes(`ecom-infra/${kind}/1`)),
    ).toEqual([])
  })

  test('every variable that is read', () => {
    const read = new Set(sources.flatMap((text) => [...text.matchAll(/env\.([A-Z_]+)/g)].map(([, name]) => name ?? '')))
    expect(read).toContain('ECOM_INFRA_CHECKIP')
    const table = README.split('## Environment variables')[1]?.split('\n## ')[0] ?? ''
    const ours = [...read].filter((name) => /^(ECOM_INFRA|XDG|NO_COLOR|CI)/.test(name))
    expect(ours.filter((name) => !table.includes(`\`${name}\``))).toEqual([])
  })

  test('the range of Node', () => {
    expect(README).toContain(`\`${JSON.parse(textOf('package.json')).engines.node}\``)
  })
})

describe('the readme is right about', () => {
  test('its tables, which are made from the sources: `npx node scripts/reference.ts`', async () => {
    expect(withTables(README, await tables())).toBe(README)
  })

  test('how many resources there are', () => {
    expect(README).toContain(`\n${NODES.length} resources with the defaults`)
    expect(README).toContain(`Plan: ${NODES.length} to create.`)
    expect(textOf('docs/run.svg')).toContain(`Plan: ${NODES.length} to create.`)
  })

  test('what it costs a month', () => {
    const things = NODES.map(({ address, type, spec }): Thing => ({ address, type: type.type, spec: { ...spec } }))
    const follow = (value: unknown): Thing | null =>
      things.find(({ address }) => address === (value as { readonly $ref?: string } | null)?.$ref) ?? null
    const sum = things
      .flatMap((thing) => partsOf(thing, pricesOf(SAMPLE.region), follow))
      .reduce((total, { usd, least }) => total + (usd ?? Number.NaN) * least, 0)
    expect(README).toContain(`| **together** | **$${sum.toFixed(2)}** |`)
    expect(README).toContain(`On AWS it costs about $${sum.toFixed(2)} a month`)
    const lines = README.split('| | a month |')[1]?.split('| **together**')[0] ?? ''
    const parts = [...lines.matchAll(/\$(\d+\.\d\d)/g)].map(([, usd]) => Number(usd))
    expect(parts.reduce((total, usd) => total + usd, 0)).toBeCloseTo(sum, 2)
  })

  test('the config that it shows', () => {
    const shown = /```yaml\n([\s\S]*?)```/.exec(README)?.[1] ?? ''
    expect(shown).toContain('database:')
    expect(checkConfig(parse(shown))).toMatchObject({ ok: true })
  })

  test('how many questions are asked', () => {
    const words: Readonly<Record<number, string>> = { 13: 'thirteen', 14: 'fourteen', 15: 'fifteen' }
    expect(README).toContain(`ask ${words[QUESTIONS.length]}:`)
  })
})

describe('the runbook', () => {
  const RUNBOOK = textOf('RUNBOOK.md')

  test('has what people look for', () => {
    const wanted = ['Deploy', 'Change', 'Check', 'Scale', 'Restore', "Rotate the database's password", 'Who may SSH']
    const more = ['Locked', 'The state is lost', 'Tear down and be sure', "Upgrade the database's major version"]
    const headings = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, words]) => words ?? '')
    expect([...wanted, ...more].filter((words) => !headings.some((one) => one.startsWith(words)))).toEqual([])
  })

  test('asks for outputs, addresses and names that there are', () => {
    const outputs = Object.keys(GRAPH.outputs)
    const asked = [...RUNBOOK.matchAll(/\.outputs\.(\w+)|`(\w+)` of the outputs/g)].map(([, a, b]) => a ?? b ?? '')
    expect(asked.length).toBeGreaterThan(3)
    expect(asked.filter((name) => !outputs.includes(name))).toEqual([])
    const addresses = [...RUNBOOK.matchAll(/(?:state show |address,Value=|--replace )([a-z0-9-]+:[\w-]+\/[\w-]+)/g)]
    expect(addresses.length).toBeGreaterThan(4)
    expect(addresses.map(([, address]) => address ?? '').filter((one) => !GRAPH.nodes.has(one as never))).toEqual([])
    const names = JSON.stringify(NODES.map(({ spec }) => spec))
    const mine = ['shop-dev-main', 'shop-dev-database', 'shop-dev-sessions', 'shop-dev-web', 'shop-dev-web-cpu']
    expect(mine.filter((name) => !RUNBOOK.includes(name) || !names.includes(`"${name}"`))).toEqual([])
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

  test('every decision is listed', () => {
    const list = textOf('docs/decisions/README.md')
    const pages = globSync('docs/decisions/0*.md', { cwd: ROOT }).map((path) => path.split(/[\\/]/).at(-1) ?? '')
    expect(pages.filter((page) => !list.includes(`](${page})`))).toEqual([])
  })
})

/** As GitHub makes them of headings. */
const anchorsOf = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** What begins with `ecom-infra`, in fenced blocks and between backticks, also inside of `$(…)`. */
function commandLines(markdown: string): readonly string[] {
  const fenced = [...markdown.matchAll(/^```(?:console)?\n([\s\S]*?)^```/gm)].flatMap((match) =>
    (match[1] ?? '').split('\n'),
  )
  const inline = [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1] ?? '',
  )
  return [...fenced, ...inline].flatMap((line) => [
    ...(/^\s*(?:\$ )?(?:npx )?ecom-infra (?=[a-z])(.+)$/.exec(line)?.slice(1) ?? []),
    ...[...line.matchAll(/\$\(ecom-infra ([^)]+)/g)].map(([, inner]) => inner ?? ''),
  ])
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
  const after = words.slice(command.id.split(' ').length)
  const end = command.runsOthers ? after.indexOf('--') : -1
  const rest = end < 0 ? after : after.slice(0, end)
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
