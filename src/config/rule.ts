import type { Finding, Path } from './finding.ts'
import type { Config } from './schema.ts'

type Loose<T> = T extends readonly (infer U)[]
  ? readonly (Loose<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Loose<T[K]> | undefined }
    : T

/** A config with holes where a value is wrong by itself. A rule that meets a hole has nothing to say. */
export type Draft = Loose<Config>

/** Whether something was written there, so that a problem is shown at what the person can change. */
export type Given = (path: Path) => boolean

export type Rule = (draft: Draft, given: Given) => readonly Finding[]

/** A finding about the value of a field. */
export function wrong(path: Path, value: unknown, message: string, allowed: string): readonly Finding[] {
  return [{ path, at: 'value', value, message, allowed }]
}
