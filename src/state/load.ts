import { Failed } from '../engine/errors.ts'
import { manifestKeyOf, type StatePlace } from './keys.ts'
import { emptyManifest, type Manifest } from './manifest.ts'
import { parseManifest } from './manifest-read.ts'
import type { StateStore } from './store.ts'

/** The manifest as it was found. */
export interface Loaded {
  /** An empty one when there was none, or none that could be used. */
  readonly manifest: Manifest
  /** The version that was read; null: there is no such object, and the bucket may be missing too. */
  readonly etag: string | null
  /** Why what is there cannot be used, and what it was. The journal keeps a copy before it writes over it. */
  readonly damage: { readonly problem: Failed; readonly body: string } | null
}

/** Reads the manifest of a stack: one call. */
export async function loadManifest(store: StateStore, stack: string, place: StatePlace): Promise<Loaded> {
  const key = manifestKeyOf(stack)
  const item = await store.get(key)
  if (item === null) return { manifest: emptyManifest(stack, place), etag: null, damage: null }
  try {
    const manifest = parseManifest(item.body, { ...place, stack, name: store.nameOf(key) })
    return { manifest, etag: item.etag, damage: null }
  } catch (problem) {
    if (!(problem instanceof Failed)) throw problem
    return { manifest: emptyManifest(stack, place), etag: item.etag, damage: { problem, body: item.body } }
  }
}

/** The manifest, for those who can do nothing with one that cannot be used. Null: there is none. */
export async function readManifest(store: StateStore, stack: string, place: StatePlace): Promise<Manifest | null> {
  const { manifest, etag, damage } = await loadManifest(store, stack, place)
  if (damage !== null) throw damage.problem
  return etag === null ? null : manifest
}
