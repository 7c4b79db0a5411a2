import { Failed } from '../engine/errors.ts'
import { parseJson } from '../files/json.ts'
import { discreet } from '../text/discreet.ts'
import { harmlessLine } from '../text/harmless.ts'
import type { StatePlace } from './keys.ts'
import { isFence, type Manifest, ordered } from './manifest.ts'

/** Whose manifest is expected, and what the object is called in messages. */
export interface Expected extends StatePlace {
  readonly stack: string
  readonly name: string
}

type Shape = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const allOf = (value: unknown, test: (item: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(test)

const isPlace = (value: unknown): boolean =>
  value === null || (isObject(value) && isText(value.region) && (value.account === null || isText(value.account)))

const isResource = (value: unknown): boolean =>
  isObject(value) &&
  isText(value.type) &&
  isText(value.id) &&
  Array.isArray(value.dependsOn) &&
  value.dependsOn.every(isText) &&
  isObject(value.out) &&
  isPlace(value.place)

const isAnnounced = (value: unknown): boolean =>
  isObject(value) && isText(value.token) && isText(value.run) && isText(value.at)

/** What each field has to be. Fields that are not here were added by a later version, and are kept. */
const FIELDS: Readonly<Record<Exclude<keyof Manifest, 'schema'>, (value: unknown) => boolean>> = {
  stack: isText,
  account: isText,
  region: isText,
  fence: isFence,
  run: isText,
  savedAt: isText,
  config: isObject,
  resources: (value) => allOf(value, isResource),
  announced: (value) => allOf(value, isAnnounced),
  outputs: (value) => allOf(value, isText),
}

/** The largest stack takes a fiftieth of it. */
const MAX_BYTES = 4 * 1024 * 1024

/** Reads a manifest. Throws `Failed` with a code of its own for each way in which it can be wrong. */
export function parseManifest(body: string, expected: Expected): Manifest {
  const value = json(body, expected.name)
  const major =
    isObject(value) && isText(value.schema) ? /^ecom-infra\/manifest\/(\d{1,9})$/.exec(value.schema)?.[1] : null
  if (!isObject(value) || !major || major === '0') throw damaged(expected.name, 'it is not a manifest of ecom-infra')
  if (major !== '1') {
    throw new Failed('ManifestNewer', `${expected.name} was written by a newer ecom-infra (manifest/${major}).`, {
      hint: 'Update ecom-infra: this version reads manifest/1.',
    })
  }
  refuseForeign(value, expected)
  const wrong = Object.entries(FIELDS).find(([field, test]) => !test(value[field]))
  if (wrong) throw damaged(expected.name, `its field "${wrong[0]}" is missing or wrong`)
  return value as unknown as Manifest
}

function json(body: string, name: string): unknown {
  if (Buffer.byteLength(body) > MAX_BYTES) throw damaged(name, 'it is larger than 4 MiB')
  try {
    return ordered(parseJson(body))
  } catch (cause) {
    throw damaged(name, body.trim() === '' ? 'it is empty' : 'it is no JSON, perhaps cut off', cause)
  }
}

const damaged = (name: string, why: string, cause?: unknown): Failed =>
  new Failed('ManifestDamaged', `${name} is damaged: ${why}.`, {
    hint: 'A copy is kept before it is replaced; everything is found again in AWS by names and tags. Older versions of the object are in the bucket.',
    cause,
  })

const told = (text: string): string =>
  harmlessLine(JSON.stringify(discreet(text.length > 60 ? `${text.slice(0, 59)}…` : text)))

function refuseForeign(value: Shape, expected: Expected): void {
  const wanted = { stack: expected.stack, account: expected.account, region: expected.region }
  const codes = { stack: 'ManifestOfOtherStack', account: 'ManifestOfOtherAccount', region: 'ManifestOfOtherRegion' }
  for (const field of ['stack', 'account', 'region'] as const) {
    if (!isText(value[field]) || value[field] === wanted[field]) continue
    throw new Failed(
      codes[field],
      `${expected.name} belongs to ${field} ${told(value[field])}, not to ${wanted[field]}.`,
      { hint: 'Somebody has put it there. A copy is kept before it is replaced.' },
    )
  }
}
