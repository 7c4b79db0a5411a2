import { type Document, isAlias, isMap, isNode, isPair, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Finding, Path } from './finding.ts'
import { aliasSlips } from './yaml-aliases.ts'
import { keySlips, MOST, type Slip } from './yaml-keys.ts'
import { describe } from './yaml-words.ts'

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

export function parseYaml(text: string): Parsed {
  const lines = new LineCounter()
  // Its own search for keys that are given twice takes the square of their number.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const errors = [...document.errors, ...document.warnings].slice(0, MOST).map(
    (error): Slip => ({
      ...{ offset: error.pos[0], field: '', message: describe(error), fatal: true },
    }),
  )
  const slips = [...errors, ...oldVersion(document), ...keySlips(document), ...aliasSlips(document)]
  const troubles = onePerLine(slips.map(({ offset, field, message }) => ({ ...place(offset), field, message })))
  const locate = ({ path, at }: Pick<Finding, 'path' | 'at'>) => place(offsetOf(document, path, at))
  // A tag that is not known is a mere warning to the parser.
  const broken = document.errors.length > 0 || slips.slice(errors.length).some(({ fatal }) => fatal)
  if (broken) return { data: null, troubles, locate }
  try {
    return { data: document.toJS({ maxAliasCount: MAX_ALIASES }), troubles, locate }
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const message = `uses aliases more than ${MAX_ALIASES} times`
    return { data: null, troubles: [...troubles, { ...place(0), field: '', message }], locate }
  }
}

/** YAML 1.1 reads `no`, `010` and `1:30` as other than they look, and merges. */
function oldVersion({ directives }: Document): readonly Slip[] {
  if (directives === undefined || !directives.yaml.explicit || directives.yaml.version === '1.2') return []
  const message = `says that it is YAML ${directives.yaml.version}; 1.2 is read here`
  return [{ offset: 0, field: '', message, fatal: true }]
}

/** One slip makes the parser complain several times about the same line; the first time is the one that helps. */
function onePerLine(troubles: readonly Trouble[]): readonly Trouble[] {
  const seen = new Set<number>()
  return troubles.filter(({ line }) => !seen.has(line) && seen.add(line))
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
