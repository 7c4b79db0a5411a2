import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { isMapping } from './schema.ts'

const [ACCESS, CIDRS] = ['access', 'sshCidrs'] as const

/**
 * The text of a config with one more network in `access.sshCidrs`. Everything else stays as it stands, to the blank:
 * the file belongs to a person. Only a text that is written in a way unforeseen here is written anew by the parser,
 * which keeps its comments, but not how they are aligned.
 */
export function withSshCidr(text: string, cidr: string): string {
  const document = parseDocument(text)
  const wanted = withCidr(document.toJS(), cidr)
  const means = (candidate: string) => {
    const read = parseDocument(candidate)
    return read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted)
  }
  const spliced = splice(text, document, cidr)
  if (spliced !== null && means(spliced)) return spliced
  const access = isMapping(wanted) ? (wanted[ACCESS] as { readonly [CIDRS]: readonly string[] }) : null
  const old = document.getIn([ACCESS, CIDRS], true)
  const list = document.createNode(access?.[CIDRS] ?? [cidr], { flow: true })
  if (isNode(old)) list.comment = old.comment ?? null
  document.setIn([ACCESS, CIDRS], list)
  return document.toString({ lineWidth: 0 })
}

function withCidr(config: unknown, cidr: string): unknown {
  const whole = isMapping(config) ? config : {}
  const access = isMapping(whole[ACCESS]) ? whole[ACCESS] : {}
  const before: readonly unknown[] = Array.isArray(access[CIDRS]) ? access[CIDRS] : []
  return { ...whole, [ACCESS]: { ...access, [CIDRS]: [...before, cidr] } }
}

/** The change as a piece of text put in at one place; null where none is known. */
function splice(text: string, document: Document, cidr: string): string | null {
  const top = document.contents
  if (!isMap(top)) return null
  const access = top.get(ACCESS, true) as Node | undefined
  if (access === undefined) return atTop(text, top, cidr)
  if (!isMap(access)) return null
  const list = access.get(CIDRS, true) as Node | undefined
  if (list === undefined) return atHead(text, access, { key: CIDRS, value: `[${quoted(text, cidr)}]` })
  if (!isSeq(list) || isAlias(list)) return null
  return list.flow ? inFlow(text, list, cidr) : inBlock(text, list, cidr)
}

const put = (text: string, at: number, piece: string): string => text.slice(0, at) + piece + text.slice(at)

/** JSON is YAML too, and should stay JSON. */
const isJson = (text: string): boolean => text.trimStart().startsWith('{')
const quoted = (text: string, word: string): string => (isJson(text) ? JSON.stringify(word) : word)

function inFlow(text: string, list: YAMLSeq, cidr: string): string | null {
  const [start] = list.range ?? []
  const last = list.items.at(-1)
  if (start === undefined) return null
  if (last === undefined) return put(text, start + 1, quoted(text, cidr))
  if (!isScalar(last) || !last.range) return null
  const quote = /^["']/.exec(text.slice(last.range[0]))?.[0] ?? ''
  return put(text, last.range[1], `, ${quote}${cidr}${quote}`)
}

/** On a line of its own, after the last one's and its comment. */
function inBlock(text: string, list: YAMLSeq, cidr: string): string | null {
  const last = list.items.at(-1)
  if (!isScalar(last) || !last.range) return null
  const begin = text.lastIndexOf('\n', last.range[0] - 1) + 1
  const bullet = /^\s*-\s+/.exec(text.slice(begin))?.[0]
  if (bullet === undefined) return null
  const end = text.indexOf('\n', last.range[1])
  return put(text, end === -1 ? text.length : end, `${text.includes('\r\n') ? '\r\n' : '\n'}${bullet}${cidr}`)
}

/** Before the first field of a mapping, and as far in. */
function atHead(text: string, map: YAMLMap, field: { readonly key: string; readonly value: string }): string | null {
  const first = (map.items[0]?.key as Node | undefined)?.range?.[0]
  if (first === undefined) return null
  const begin = text.lastIndexOf('\n', first - 1) + 1
  const indent = text.slice(begin, first)
  const own = indent.trim() === '' && first > 0
  const piece = `${quoted(text, field.key)}: ${field.value}${map.flow ? ',' : ''}`
  if (map.flow && !own) return put(text, first, `${piece} `)
  return own || first === 0 ? put(text, first, `${piece}\n${indent}`) : null
}

function atTop(text: string, top: YAMLMap, cidr: string): string | null {
  if (top.flow) return atHead(text, top, { key: ACCESS, value: `{ ${quoted(text, CIDRS)}: [${quoted(text, cidr)}] }` })
  return `${text}${text.endsWith('\n') ? '' : '\n'}${ACCESS}:\n  ${CIDRS}: [${cidr}]\n`
}
