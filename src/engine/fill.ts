import type { Ref, Text } from './ref.ts'

/** Stands around a name. No script, page or policy holds it, and no shell could: so nothing else looks like a hole. */
const EDGE = '\u0000'

/** A place in a script that `fill` fills: a value that is only known once its owner has been created. */
export const hole = (name: string): string => `${EDGE}${name}${EDGE}`

/**
 * A script with its holes filled, by references or by plain text. A hole that nobody fills and a value that nobody
 * asked for are mistakes of ours, told when the graph is drawn and not on a server.
 */
export function fill(script: string, values: Readonly<Record<string, Ref<string> | string>>): Text {
  const parts = script.split(EDGE)
  const names = parts.filter((_, index) => index % 2 === 1)
  const unknown = names.filter((name) => !Object.hasOwn(values, name))
  if (parts.length % 2 === 0) throw new Error(`The script has a hole that does not end: ${names.at(-1)}`)
  if (unknown.length > 0) throw new Error(`The script has holes that nobody fills: ${unknown.join(', ')}`)
  const unused = Object.keys(values).filter((name) => !names.includes(name))
  if (unused.length > 0) throw new Error(`The script has no hole for: ${unused.join(', ')}`)
  return { $text: parts.map((part, index) => (index % 2 === 1 ? (values[part] ?? '') : part)) }
}
