import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Refused } from '../engine/errors.ts'
import type { Bastion, CheckHostKey } from './types.ts'

export { learnFromConsole } from './console-keys.ts'

export interface HostKeys {
  /** Trust on first use: `new` is written down at once, under the instance's id (or host and port, where it was named). */
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
    const { [nameOf(bastion)]: _old, ...others } = await read(path)
    const entries = [...Object.entries(others), [nameOf(bastion), keys] as const]
    await write(path, Object.fromEntries(entries.slice(-REMEMBERED)))
  }
  return {
    learn,
    knows: async (bastion) => (await read(path))[nameOf(bastion)] !== undefined,
    check: async (bastion, key) => {
      const known = (await read(path))[nameOf(bastion)]
      if (known === undefined) {
        await learn(bastion, [lineOf(key)])
        return 'new'
      }
      return known.includes(lineOf(key)) || known.includes(printOf(key)) ? 'known' : 'changed'
    },
  }
}

/** An instance that takes another one's place has another key, and rightly so. A host that was named has only its name. */
const nameOf = ({ instanceId, host, port }: Bastion): string => instanceId ?? `[${host}]:${port}`

const printOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** A key begins with the name of its kind, after four bytes that say how long that is. */
const lineOf = (key: Buffer): string =>
  `${key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')} ${key.toString('base64')}`

async function read(path: string): Promise<Known> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  const known = parse(text)
  // To go on as if nothing were known would let in whoever spoils the file.
  if (known === null)
    throw new Refused('HostKeysUnreadable', `${path} is not what was written there.`, {
      hint: 'Delete it when you know why; the host keys are then learned anew.',
    })
  return known
}

function parse(text: string): Known | null {
  try {
    const value: unknown = JSON.parse(text)
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

async function write(path: string, known: Known): Promise<void> {
  const fresh = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(fresh, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}
