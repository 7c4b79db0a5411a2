import { type Document, isMap, isNode, isScalar, isSeq, type Pair } from 'yaml'
import { fieldName } from './finding.ts'

/** Something that the file does wrong, and where. */
export interface Slip {
  readonly offset: number
  readonly field: string
  readonly message: string
  /** Nothing sensible can be read from the rest. */
  readonly fatal: boolean
}

/** More of them help nobody. */
export const MOST = 500

/** Keys that are given twice, or are no text: JavaScript would take the last, and words for a whole list. */
export function keySlips(document: Document): readonly Slip[] {
  const slips: Slip[] = []
  const open: unknown[] = [document.contents]
  while (open.length > 0 && slips.length < MOST) {
    const node = open.pop()
    const inner = isMap(node) ? node.items.map(({ value }) => value) : isSeq(node) ? node.items : []
    if (isMap(node)) slips.push(...slipsIn(node.items).slice(0, MOST))
    for (const one of inner) open.push(one)
  }
  return slips
}

function slipsIn(pairs: readonly Pair[]): readonly Slip[] {
  const seen = new Set<string>()
  return pairs.flatMap(({ key }) => {
    const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0
    if (key !== null && !isScalar(key)) {
      return { offset, field: '', message: 'is a list, a mapping or an alias where a name should be', fatal: true }
    }
    const name = String(key?.value ?? '')
    if (!seen.has(name)) return seen.add(name) && []
    return { offset, field: fieldName([name]), message: 'is given twice', fatal: false }
  })
}
