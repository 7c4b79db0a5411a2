import type { Layer } from '../engine/graph.ts'

/** The order in which the parts of the platform are shown. */
const ORDER: Readonly<Record<Layer, number>> = {
  Network: 0,
  Security: 1,
  Data: 2,
  Compute: 3,
  Edge: 4,
  Delivery: 5,
  Watch: 6,
  Access: 7,
}

interface Group<T> {
  readonly title: string
  readonly items: readonly T[]
}

/** By part of the platform; what belongs to none comes last, under a title of its own. */
export function byLayer<T extends { readonly layer: Layer | null }>(
  items: readonly T[],
  others: string,
): readonly Group<T>[] {
  const place = (layer: Layer | null): number => (layer === null ? Number.POSITIVE_INFINITY : ORDER[layer])
  return [...Map.groupBy(items, ({ layer }) => layer)]
    .sort(([a], [b]) => (place(a) < place(b) ? -1 : 1))
    .map(([layer, grouped]) => ({ title: layer ?? others, items: grouped }))
}
