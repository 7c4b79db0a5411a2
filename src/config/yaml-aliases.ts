import { type Document, isAlias, visit } from 'yaml'
import { MOST, type Slip } from './yaml-keys.ts'

const MESSAGE = 'uses an alias, which no anchor defines; a value that begins with * needs quotes'

/** Aliases of nothing, by their places alone: what somebody took for one may be a password that begins with a star. */
export function aliasSlips(document: Document): readonly Slip[] {
  const slips: Slip[] = []
  const anchors = new Set<string>()
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor)
        return undefined
      }
      if (anchors.has(node.source)) return undefined
      slips.push({ offset: node.range?.[0] ?? 0, field: '', message: MESSAGE, fatal: true })
      return slips.length < MOST ? undefined : visit.BREAK
    },
  })
  return slips
}
