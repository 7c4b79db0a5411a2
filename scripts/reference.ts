/** Writes the tables of the README that the sources know better. Run it after a change of the config or of a command; a test notices when you forget. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Config } from '@oclif/core'
import { configSchema, NOT_YET } from '../src/config/schema.ts'
import { configJsonSchema } from '../src/config/schema-json.ts'
import { aboutAt, allowedAt, fieldsAt } from '../src/config/walk.ts'

const ROOT = join(import.meta.dirname, '..')
const README = join(ROOT, 'README.md')

/** A table, by the name that stands in its markers. */
export type Tables = Readonly<Record<string, string>>

export async function tables(): Promise<Tables> {
  const fields = Object.keys(configSchema.shape).flatMap((key) => leavesAt([key]))
  const idle = (path: readonly string[]) => NOT_YET.some((name) => `${path.join('.')}.`.startsWith(`${name}.`))
  const commands = await commandsOf()
  return {
    config: configTable(fields.filter((path) => !idle(path))),
    'config without effect': configTable(fields.filter(idle)),
    commands: commandTable(commands),
    'common flags': commonFlagTable(commands),
    faults: tableIn(readFileSync(join(ROOT, 'docs/faults.md'), 'utf8')),
  }
}

/** The text with each table between its markers. A marker that is not there is a mistake in the text. */
export function withTables(text: string, made: Tables): string {
  return Object.entries(made).reduce((whole, [name, table]) => {
    const [begin, end] = [`<!-- ${name}: made by scripts/reference.ts -->`, `<!-- end of ${name} -->`]
    const [from, to] = [whole.indexOf(begin), whole.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`The text has no place for the table "${name}".`)
    return `${whole.slice(0, from + begin.length)}\n${table}\n${whole.slice(to)}`
  }, text)
}

/** The only table of a text, as it stands there. */
const tableIn = (text: string): string => text.match(/^\|.*\|$/gm)?.join('\n') ?? ''

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
const table = (heads: readonly string[], rows: readonly string[]): string =>
  [row(...heads), `|${heads.map(() => '---|').join('')}`, ...rows].join('\n')

/** What JSON schema says of a field. */
interface Field {
  readonly type?: string
  readonly default?: unknown
  readonly anyOf?: readonly Field[]
  readonly properties?: Readonly<Record<string, Field>>
}

const leavesAt = (path: readonly string[]): readonly (readonly string[])[] => {
  const below = fieldsAt(path)
  return below.length === 0 ? [path] : below.flatMap((key) => leavesAt([...path, key]))
}

const configTable = (paths: readonly (readonly string[])[]): string =>
  table(
    ['field', 'type', 'default', 'allowed', 'meaning'],
    paths.map((path) => {
      const field = fieldAt(path)
      const preset = field.default === undefined ? 'required' : `\`${JSON.stringify(field.default)}\``
      return row(`\`${path.join('.')}\``, kindOf(field), preset, allowedAt(path), aboutAt(path))
    }),
  )

const fieldAt = (path: readonly string[]): Field =>
  path.reduce<Field>((field, key) => field.properties?.[key] ?? {}, configJsonSchema() as Field)

const KINDS: Readonly<Record<string, string>> = {
  ...{ string: 'text', integer: 'whole number', boolean: 'true or false' },
  ...{ array: 'list', object: 'mapping', null: 'null' },
}

const kindOf = ({ type = '', anyOf }: Field): string =>
  anyOf === undefined ? (KINDS[type] ?? type) : anyOf.map(kindOf).join(' or ')

/** The commands as they are in the sources: nothing needs to be built for this. */
async function commandsOf(): Promise<readonly Command.Loadable[]> {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands', plugins: [] } }
  const { commands } = await Config.load({ root: ROOT, pjson, ignoreManifest: true })
  return [...commands].sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1))
}

/** As a stack lives; the others by name. */
const LIFE = ['init', 'up', 'status', 'down', 'policy', 'site:push']
const placeOf = ({ id }: Command.Loadable): number => (LIFE.includes(id) ? LIFE.indexOf(id) : LIFE.length)

const isCommon = ({ helpGroup, name }: Command.Flag.Any): boolean => helpGroup === 'GLOBAL' && name !== 'json'
const filled = (text: string): string => text.replaceAll('ecom-infra:', 'ecom-infra ')

const commandTable = (commands: readonly Command.Loadable[]): string =>
  table(
    ['command', 'does', 'flags of its own'],
    commands.map(({ id, args, summary = '', flags }) => {
      const words = Object.values(args).map(({ name, required, options }) =>
        required ? name.toUpperCase() : `[${options?.join('|') ?? name.toUpperCase()}]`,
      )
      const own = Object.values(flags).filter((flag) => !isCommon(flag) && flag.name !== 'json')
      return row(
        `\`${[id.replaceAll(':', ' '), ...words].join(' ')}\``,
        filled(summary),
        own.map(flagWords).join('<br>'),
      )
    }),
  )

/** Each flag that every command has, or every one that talks to AWS, once. */
function commonFlagTable(commands: readonly Command.Loadable[]): string {
  const common = commands.flatMap(({ flags }) => Object.values(flags).filter(isCommon))
  const once = [...new Map(common.map((flag) => [flag.name, flag])).values()]
  const rows = once.map((flag) => row(nameOf(flag), descriptionOf(flag)))
  return table(['flag', 'meaning'], [...rows.sort(), row('`--json`', 'one JSON document on stdout and nothing else')])
}

const nameOf = ({ char, name, ...rest }: Command.Flag.Any): string => {
  const value = 'helpValue' in rest && typeof rest.helpValue === 'string' ? ` ${rest.helpValue}` : ''
  return `\`${char ? `-${char}, ` : ''}--${name}${value}\``
}

const descriptionOf = ({ description = '' }: Command.Flag.Any): string => filled(description)

function flagWords(flag: Command.Flag.Any): string {
  const preset = 'default' in flag && typeof flag.default !== 'boolean' ? flag.default : undefined
  const ends = typeof preset === 'string' || typeof preset === 'number' ? ` (\`${preset}\`)` : ''
  return `${nameOf(flag)} ${descriptionOf(flag)}${ends}`
}

if (import.meta.main) writeFileSync(README, withTables(readFileSync(README, 'utf8'), await tables()))
