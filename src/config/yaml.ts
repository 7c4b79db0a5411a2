import { type Document, isAlias, isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type YAMLError } from 'yaml'
import type { Finding, Path } from './finding.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

/** What the file as a whole does wrong, before any field is looked at. */
export interface Trouble extends Place {
  readonly field: string
  readonly message: string
}

export interface Parsed {
  /** Null when nothing sensible can be read from it. */
  readonly data: unknown
  readonly troubles: readonly Trouble[]
  /** Where to look for a finding: at the field, or at the nearest thing around a field that is not there. */
  locate(finding: Pick<Finding, 'path' | 'at'>): Place
}

/** Aliases are for brevity. More than this is an attack, or a file that nobody can read. */
const MAX_ALIASES = 100

/** The parser's own words, where they speak of its functions or need a context. */
const PLAIN: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'is given twice',
  MULTIPLE_DOCS: 'a second YAML document starts here; one is allowed',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
}

export function parseYaml(text: string): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const errors = [...document.errors, ...document.warnings]
  const troubles = onePerLine(errors.map((error) => ({ ...place(error.pos[0]), ...describe(error, text) })))
  const locate = ({ path, at }: Pick<Finding, 'path' | 'at'>) => place(offsetOf(document, path, at))
  const broken = document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')
  if (broken) return { data: null, troubles, locate }
  try {
    return { data: document.toJS({ maxAliasCount: MAX_ALIASES }), troubles, locate }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return { data: null, troubles: [...troubles, { ...place(0), field: '', message: aliasTrouble(error) }], locate }
  }
}

function describe({ code, message, pos }: YAMLError, text: string): Pick<Trouble, 'field' | 'message'> {
  const field = code === 'DUPLICATE_KEY' ? (/^[^:\s]+/.exec(text.slice(pos[0], pos[0] + 80))?.[0] ?? '') : ''
  const plain = PLAIN[code]
  return { field, message: plain ?? `is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}` }
}

/** One slip makes the parser complain several times about the same line; the first time is the one that helps. */
function onePerLine(troubles: readonly Trouble[]): readonly Trouble[] {
  return troubles.filter((one, index) => troubles.findIndex(({ line }) => line === one.line) === index)
}

function aliasTrouble(error: ReferenceError): string {
  const unknown = /^Unresolved alias.*: (\S+)$/.exec(error.message)?.[1]
  return unknown === undefined
    ? `uses aliases more than ${MAX_ALIASES} times`
    : `uses the alias *${unknown}, which no anchor defines`
}

function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, key] of path.entries()) {
    const { name, value } = step(isAlias(node) ? node.resolve(document) : node, key)
    if (name === undefined && value === undefined) return offset
    const last = depth === path.length - 1
    const wantsName = name !== undefined && ((last && at === 'key') || isEmpty(value))
    offset = startOf(wantsName ? name : value) ?? startOf(name) ?? offset
    node = value
  }
  return offset
}

function step(node: unknown, key: string | number): { readonly name?: unknown; readonly value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(key)] }
  if (!isMap(node)) return {}
  const pair = node.items.find((item) => isPair(item) && String(item.key) === String(key))
  return pair === undefined ? {} : { name: pair.key, value: pair.value }
}

/** `edge:` with nothing after it has a value without a place worth showing. */
function isEmpty(value: unknown): boolean {
  return !isNode(value) || value.range?.[0] === value.range?.[1]
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}
