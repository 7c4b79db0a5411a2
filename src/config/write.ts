import { dirname, isAbsolute, join, relative } from 'node:path'
import { stringify } from 'yaml'
import { type Config, isMapping, NOT_YET } from './schema.ts'
import { aboutAt } from './walk.ts'

/** Where this copy of the program keeps the schema: the same from `src` and from `dist`. */
const SCHEMA_FILE = join(import.meta.dirname, '..', '..', 'schema', 'ecom-infra.schema.json')

/** A long list of tags does not push every other comment off the screen. */
const WIDEST = 40

interface Line {
  readonly code: string
  readonly comment: string
}

/**
 * The config as a person would like to find it: every field that has an effect, with its value and one line about it.
 * `file` is where it will stand, because an editor finds the schema from there.
 */
export function renderConfig(config: Config, file: string): string {
  const lines = Object.entries(config).flatMap(([key, value]) => render([key], value))
  const width = Math.max(...lines.map(({ code }) => code.length).filter((length) => length <= WIDEST))
  const body = lines.map(({ code, comment }) => `${code.padEnd(width)}  # ${comment}`)
  return `${[...schemaLine(file), ...body].join('\n')}\n`
}

function render(path: readonly string[], value: unknown): readonly Line[] {
  const key = path.at(-1) ?? ''
  if (NOT_YET.includes(path.join('.'))) return []
  const indent = '  '.repeat(path.length - 1)
  if (!isMapping(value) || key === 'tags')
    return [{ code: `${indent}${key}: ${inline(value)}`, comment: aboutAt(path) }]
  const below = Object.entries(value).flatMap(([name, field]) => render([...path, name], field))
  return below.length === 0 ? [] : [{ code: `${indent}${key}:`, comment: aboutAt(path) }, ...below]
}

/** A value on one line, quoted where YAML would read it as something else. */
function inline(value: unknown): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    blockQuote: false,
    flowCollectionPadding: isMapping(value),
  }).trimEnd()
}

/**
 * Tells editors where the schema is, when the program lies beside the config, as in a project's own node_modules.
 * Elsewhere its place is this machine's own, and has no business in a file that is shared.
 */
function schemaLine(file: string): readonly string[] {
  const near = relative(dirname(file), SCHEMA_FILE)
  return near.startsWith('..') || isAbsolute(near) ? [] : [`# yaml-language-server: $schema=${near}`]
}
