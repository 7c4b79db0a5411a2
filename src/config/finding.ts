import { isSecretValue } from '../text/discreet.ts'

export type Path = readonly (string | number)[]

/** Something wrong with a value, before it is known where the value was written. */
export interface Finding {
  readonly path: Path
  /** What the person should look at: the name of a field that does not exist, or the value of one that does. */
  readonly at: 'key' | 'value'
  readonly value: unknown
  readonly message: string
  readonly allowed: string
}

/** The longest name that a tag may have, and two. */
const ROOM = 130

/** `access.sshCidrs[0]`, `tags["cost center"]`. Quoting also keeps control characters off the terminal. */
export function fieldName(path: Path): string {
  return path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`
    const key = shownKey(part)
    if (!/^[\w-]+$/.test(key)) return `${before}[${JSON.stringify(key)}]`
    return before === '' ? key : `${before}.${key}`
  }, '')
}

/** A secret may have slipped to where the name should be. */
function shownKey(key: string): string {
  if (isSecretValue(key.slice(0, 1024))) return '(not shown)'
  return key.length <= ROOM ? key : `${key.slice(0, ROOM - 1)}…`
}

/** The value at a path; undefined where there is none. Own properties only: `constructor` is not a field. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    return (at as Readonly<Record<string | number, unknown>>)[key]
  }, root)
}

export function startsWith(path: Path, head: Path): boolean {
  return head.every((key, index) => String(path[index]) === String(key))
}
