export interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
}

const NAME = '[A-Za-z_][\\w.:-]*'
const TAG = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>`, 'y')
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, 'g')
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

interface Open {
  readonly name: string
  readonly children: Element[]
}

/** Reads the part of XML that we write, and takes nothing else: an error says where. */
export function parseXml(text: string): Element {
  const sheet: Open = { name: '', children: [] }
  const open: Open[] = [sheet]
  let at = /^<\?xml [^?]*\?>\s*/.exec(text)?.[0].length ?? 0
  while (at < text.length) {
    TAG.lastIndex = at
    const tag = TAG.exec(text)
    at += tag === null ? wordsAt(text, at, open) : take(tag, open)
  }
  const [root] = sheet.children
  if (open.length > 1 || root === undefined || sheet.children.length > 1) throw new Error('Not one whole element.')
  return root
}

/** Opens or closes an element; returns how long the tag was. */
function take([whole, closing, name = '', attributes = '', empty]: RegExpExecArray, open: Open[]): number {
  if (closing !== '') {
    const last = open.pop()
    if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>.`)
    return whole.length
  }
  const children: Element[] = []
  open.at(-1)?.children.push({ name, attributes: attributesOf(attributes), children })
  if (empty === '') open.push({ name, children })
  return whole.length
}

function wordsAt(text: string, at: number, open: readonly Open[]): number {
  const end = text.indexOf('<', at)
  const words = text.slice(at, end < 0 ? undefined : end)
  if (words === '' || (words.trim() !== '' && open.length === 1))
    throw new Error(`No XML at ${at}: ${text.slice(at, at + 60)}`)
  unescaped(words)
  return words.length
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, unescaped(value)] as const)
  const map = new Map(found)
  if (map.size !== found.length) throw new Error(`An attribute is there twice: ${text}`)
  return map
}

function unescaped(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`An & stands alone: ${text}`)
  return text.replaceAll(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? '')
}

/** Every element below, in order. */
export const descendants = (element: Element): readonly Element[] =>
  element.children.flatMap((child) => [child, ...descendants(child)])
