import type { Address } from '../engine/ref.ts'
import type { Place } from '../engine/resource.ts'
import type { StatePlace } from './keys.ts'
import { secretKeyIn } from './secrets.ts'

export const MANIFEST = 'ecom-infra/manifest/1'

/** What is remembered of a resource. AWS is the truth; this is where to look, and in which order to delete. */
export interface ManifestResource {
  readonly type: string
  readonly id: string
  readonly dependsOn: readonly Address[]
  readonly out: object
  readonly place: Place | null
}

/** A creation that a run is about to ask for. It stays until it is confirmed or known not to have happened. */
export interface Announced {
  readonly token: string
  readonly run: string
  readonly at: string
}

/** The memory of a stack. A record, never the only truth. */
export interface Manifest {
  readonly schema: typeof MANIFEST
  readonly stack: string
  readonly account: string
  readonly region: string
  /** Counts the holders of the lock: a later one has a higher number. */
  readonly fence: number
  /** The run that wrote it. */
  readonly run: string
  readonly savedAt: string
  /** The config that the stack was made from. */
  readonly config: object
  readonly resources: Readonly<Record<Address, ManifestResource>>
  readonly announced: Readonly<Record<Address, Announced>>
  readonly outputs: Readonly<Record<string, string>>
}

/** It rises by one a run. What is near the end of the numbers was not counted, and could not be counted on from. */
export const isFence = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 1e12

export const emptyManifest = (stack: string, { account, region }: StatePlace): Manifest => ({
  schema: MANIFEST,
  stack,
  account,
  region,
  fence: 0,
  run: '',
  savedAt: '',
  config: {},
  resources: {},
  announced: {},
  outputs: {},
})

/** A resource that exists: its announcement has come true. */
export function withResource(manifest: Manifest, address: Address, entry: ManifestResource): Manifest {
  refuseSecrets(address, entry.out)
  const { announced } = withoutAnnounced(manifest, address)
  return { ...manifest, announced, resources: { ...manifest.resources, [address]: entry } }
}

export const withoutResource = (manifest: Manifest, address: Address): Manifest => ({
  ...manifest,
  resources: without(manifest.resources, address),
})

export const withAnnounced = (manifest: Manifest, announced: Readonly<Record<Address, Announced>>): Manifest => ({
  ...manifest,
  announced: { ...manifest.announced, ...announced },
})

export const withoutAnnounced = (manifest: Manifest, address: Address): Manifest => ({
  ...manifest,
  announced: without(manifest.announced, address),
})

export function withOutputs(manifest: Manifest, outputs: Readonly<Record<string, string>>): Manifest {
  refuseSecrets('outputs', outputs)
  return { ...manifest, outputs }
}

/** Equal manifests are equal to the byte, whatever the order in which they came about. */
export const serialise = (manifest: Manifest): string => `${JSON.stringify(ordered(manifest), null, 2)}\n`

/** The same value with the keys of every object sorted, `schema` first. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (b !== 'schema' && (a === 'schema' || a < b) ? -1 : 1))
      .map(([key, item]) => [key, ordered(item)]),
  )
}

const without = <T>(record: Readonly<Record<Address, T>>, address: Address): Readonly<Record<Address, T>> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== address))

function refuseSecrets(where: string, value: object): void {
  const key = secretKeyIn(value)
  if (key !== null) throw new Error(`${where} would put ${key} into the manifest, and no secret may ever be there.`)
}
