/** The address of a resource in the stack, for example `ec2:vpc/main`. Stable over runs and versions. */
export type Address = `${string}/${string}`

/** When an edge is satisfied: the thing exists and is configured, or AWS says that it can be used. */
export type Need = 'created' | 'ready'

/** "The value that `address` will publish as `field`." Plain data, no closures: a graph is JSON. */
export interface Ref<T = unknown> {
  readonly $ref: Address
  readonly field: string
  /** Where one edge needs more, or less, than the type's `usable`. */
  readonly need?: Need
  readonly $type?: T
}

/** A string with references inside, for policies and the like. */
export interface Text {
  readonly $text: readonly (string | Ref<string>)[]
}

/** A spec in which any leaf may be a reference to another resource's output. */
export type Wired<T> = T extends string
  ? T | Ref<T> | Ref<string> | Text
  : T extends readonly (infer U)[]
    ? readonly Wired<U>[] | Ref<T>
    : T extends object
      ? { readonly [K in keyof T]: Wired<T[K]> } | Ref<T>
      : T | Ref<T>

/** An edge of the graph: `address` must have got as far as `need`; null is whatever its type says. */
export interface Edge {
  readonly address: Address
  readonly need: Need | null
}

/** Stands for a value that only exists after its owner has been created. */
export const UNKNOWN = '(known after apply)'

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isRef = (value: unknown): value is Ref => isObject(value) && '$ref' in value
const isText = (value: unknown): value is Text => isObject(value) && '$text' in value

/** Composes a string from references: text`${bucket.ref('arn')}/*`. */
export const text = (strings: TemplateStringsArray, ...values: readonly (string | Ref<string>)[]): Text => ({
  $text: strings.flatMap((part, index) => {
    const value = values[index]
    return value === undefined ? [part] : [part, value]
  }),
})

/** Every reference that `value` holds, in order of appearance. */
export function refsIn(value: unknown): readonly Ref[] {
  if (isRef(value)) return [value]
  if (!isObject(value)) return []
  return Object.values(value).flatMap(refsIn)
}

/** The edges that a spec's references make. These are the edges of the graph; nobody writes them by hand. */
export function edgesIn(value: unknown): readonly Edge[] {
  const needs = new Map<Address, Need | null>()
  for (const ref of refsIn(value)) {
    const stronger = ref.need === 'ready' ? 'ready' : (needs.get(ref.$ref) ?? ref.need ?? null)
    needs.set(ref.$ref, stronger)
  }
  return [...needs].map(([address, need]) => ({ address, need }))
}

/** Replaces each reference by what `lookup` knows of it. */
export function resolve(value: unknown, lookup: (ref: Ref) => unknown): unknown {
  if (isRef(value)) return lookup(value)
  if (isText(value)) return resolveText(value, lookup)
  if (Array.isArray(value)) return value.map((item) => resolve(item, lookup))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, lookup)]))
}

function resolveText({ $text }: Text, lookup: (ref: Ref) => unknown): string {
  const parts = $text.map((part) => (isRef(part) ? lookup(part) : part))
  return parts.includes(UNKNOWN) ? UNKNOWN : parts.join('')
}

/** Whether anything in it is still to be known. */
export const isUnknown = (value: unknown): boolean =>
  value === UNKNOWN || (isObject(value) && Object.values(value).some(isUnknown))
