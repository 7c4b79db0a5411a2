import { Refused } from '../engine/errors.ts'
import { parseJson } from '../files/json.ts'
import { codeOf, readText, whyUnread } from '../files/read.ts'
import { writeText } from '../files/write.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Bastion, CheckHostKey } from './types.ts'

export { learnFromConsole } from './console-keys.ts'

export interface HostKeys {
  /** Trust on first use: `new` is written down at once, under the instance's id (with host and port, where they were named). */
  readonly check: CheckHostKey
  /** Whether any key of this bastion is known, so that nothing has to be learned. */
  knows(bastion: Bastion): Promise<boolean>
  /** Writes down what the console told (`learnFromConsole`); from then on only these keys are `known`. */
  learn(bastion: Bastion, keys: readonly string[]): Promise<void>
}

/** Keys (`type base64`) or fingerprints (`SHA256:…`) by bastion, the one that was learned last at the end. */
type Known = Readonly<Record<string, readonly string[]>>

/** Bastions come and go. So many are remembered. */
const REMEMBERED = 50

/** The file of ours, one per stack: for its owner alone, and written whole or not at all. */
export function hostKeysIn(path: string): HostKeys {
  const learn = async (bastion: Bastion, keys: readonly string[]) => {
    if (keys.length === 0) return
    const { [nameOf(bastion)]: _old, ...others } = read(path)
    const entries = [...Object.entries(others), [nameOf(bastion), keys] as const]
    write(path, Object.fromEntries(entries.slice(-REMEMBERED)))
  }
  return {
    learn,
    knows: async (bastion) => read(path)[nameOf(bastion)] !== undefined,
    check: async (bastion, key) => {
      const known = read(path)[nameOf(bastion)]
      if (known === undefined) {
        await learn(bastion, [lineOf(key)])
        return 'new'
      }
      return known.includes(lineOf(key)) || known.includes(fingerprintOf(key)) ? 'known' : 'changed'
    },
  }
}

/**
 * An instance that takes another one's place has another key, and rightly so: its address does not count. A place that
 * was named counts with it, for each such place may have a key of its own.
 */
const nameOf = ({ instanceId, host, port, named = false }: Bastion): string => {
  const place = `[${host}]:${port}`
  if (instanceId === null) return place
  return named ? `${instanceId} ${place}` : instanceId
}

/** A key begins with the name of its kind, after four bytes that say how long that is. */
const lineOf = (key: Buffer): string =>
  `${key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')} ${key.toString('base64')}`

/** Fifty bastions with five keys each take a tenth of it. */
const MAX_BYTES = 1024 * 1024

function read(path: string): Known {
  const known = parse(textOf(path))
  // To go on as if nothing were known would let in whoever spoils the file.
  if (known === null) throw unreadable(path, 'is not what was written there')
  return known
}

function textOf(path: string): string {
  try {
    return readText(path, MAX_BYTES)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '{}'
    const why = whyUnread(error, MAX_BYTES)
    throw why === null ? error : unreadable(path, why)
  }
}

const unreadable = (path: string, why: string): Refused =>
  new Refused('HostKeysUnreadable', `${path} ${why}.`, {
    hint: 'Delete it when you know why; the host keys are then learned anew.',
  })

function parse(text: string): Known | null {
  try {
    const value = parseJson(text)
    return isKnown(value) ? value : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const isKnown = (value: unknown): value is Known =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((keys) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'))

function write(path: string, known: Known): void {
  const hint = 'Set XDG_STATE_HOME to a directory that can be written.'
  writeText(path, `${JSON.stringify(known, null, 2)}\n`, { secret: true, folder: true, hint })
}
