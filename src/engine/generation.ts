import { createHash } from 'node:crypto'
import { isUnknown } from './ref.ts'
import type { AnyType } from './resource.ts'

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
