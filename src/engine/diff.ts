import { isDeepStrictEqual } from 'node:util'
import { isUnknown } from './ref.ts'
import type { AnyType, Change, Live } from './resource.ts'

/** One departure of the live thing from what is wanted. `path` starts with the field's name, or with `tags`. */
export interface Difference {
  readonly path: string
  readonly field: string
  readonly from: unknown
  readonly to: unknown
  readonly change: Change
}

type Fields = Readonly<Record<string, unknown>>

/** What the tags of ours should be. Null: one that we have set, and that has to go. */
export type Tagging = Readonly<Record<string, string | null>>

type Same = (want: unknown, have: unknown) => boolean

/** Compares lists whose order AWS does not keep. */
export const asSet = (want: readonly unknown[], have: readonly unknown[]): boolean =>
  isDeepStrictEqual(sorted(want), sorted(have))

const sorted = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item)).sort()

/**
 * Where the live resource departs from the spec and our tags. A value that is not yet known counts as a departure;
 * an `initial` field never does. Tags that we do not set are other people's and left alone.
 */
export function diff(type: AnyType, spec: object, tags: Tagging, live: Live): readonly Difference[] {
  const fields = Object.entries(type.fields).flatMap(([field, change]) => {
    if (change === 'initial') return []
    const [to, from] = [(spec as Fields)[field], (live.spec as Fields)[field]]
    const same = (type.same?.[field] as Same | undefined) ?? isDeepStrictEqual
    if (!isUnknown(to) && same(to, from)) return []
    return leaves(field, from, to).map(([path, a, b]): Difference => ({ path, field, from: a, to: b, change }))
  })
  return [...fields, ...(live.tags === null ? [] : tagDiff(tags, live.tags))]
}

function tagDiff(want: Tagging, have: Readonly<Record<string, string>>): readonly Difference[] {
  const living = (key: string): string | null => (Object.hasOwn(have, key) ? (have[key] ?? null) : null)
  return Object.entries(want)
    .filter(([key, value]) => living(key) !== value)
    .map(([key, value]) => ({
      path: `tags.${key}`,
      field: 'tags',
      from: living(key),
      to: value,
      change: 'mutable',
    }))
}

const isPlain = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Goes down into plain objects, so that a difference names the setting and not the whole group. */
function leaves(path: string, from: unknown, to: unknown): readonly (readonly [string, unknown, unknown])[] {
  if (!isPlain(from) || !isPlain(to)) return [[path, from ?? null, to ?? null]]
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  const below = keys
    .filter((key) => !isDeepStrictEqual(from[key], to[key]))
    .flatMap((key) => leaves(`${path}.${key}`, from[key], to[key]))
  return below.length > 0 ? below : [[path, from, to]]
}
