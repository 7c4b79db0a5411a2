import { createHash } from 'node:crypto'
import { diff, type Tagging } from './diff.ts'
import { isUnknown } from './ref.ts'
import type { AnyType, Live } from './resource.ts'

/** The tag that tells an old and a new thing of one address apart while both live. */
export const GENERATION = 'ecom-infra:generation'

/**
 * A short hash of a spec's immutable fields. `create-first` types carry it in a tag and as a suffix of the name,
 * so that old and new may live side by side. Null while a field is not known yet.
 */
export function generationOf(type: AnyType, spec: object): string | null {
  const frozen = Object.entries(type.fields)
    .filter(([, change]) => change === 'immutable')
    .map(([field]) => [field, (spec as Record<string, unknown>)[field]])
  if (isUnknown(Object.fromEntries(frozen))) return null
  return createHash('sha256').update(JSON.stringify(frozen)).digest('hex').slice(0, 6)
}

/** The tags that it should have: ours, and where generations may live side by side, which one it is. */
export function tagsWanted(type: AnyType, spec: object, tags: Tagging): Tagging {
  const generation = type.about.replaceBy === 'create-first' ? generationOf(type, spec) : null
  return generation === null ? tags : { ...tags, [GENERATION]: generation }
}

/** Whether it is the one that is wanted now, and not an earlier one. Told by its fields: a stranger may change the tag. */
export function isWanted(type: AnyType, spec: object, live: Live): boolean {
  if (type.about.replaceBy === 'delete-first') return true
  return diff(type, spec, {}, live).every(({ change }) => change !== 'immutable')
}

/** Whether its generation is the hash of what it is itself, as of one that we made. A copy under another name comes to another hash. */
export const isGenuine = (type: AnyType, live: Live): boolean =>
  generationOf(type, live.spec) === live.tags?.[GENERATION]
