import { randomUUID } from 'node:crypto'
import { linkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from '../engine/errors.ts'
import { isCode, makeStateDirectory, readIfThere, stateDirectory } from './files.ts'
import { beganAt, isAlive, type Seen } from './process.ts'

/** How long a broken-off removal of a dead lock may stand in the way. The removal itself takes microseconds. */
const BREAK_MS = 5000

/**
 * Runs `work` while no other process does. Two commands that start the local AWS at the same moment meet here;
 * the lock of a process that died is removed.
 */
export async function exclusively<T>(say: (line: string) => void, work: () => Promise<T>): Promise<T> {
  makeStateDirectory()
  const lock = join(stateDirectory(), 'local.lock')
  let said = false
  while (!take(lock)) {
    const holder = readHolder(lock)
    if (holder !== null && !isAlive(holder)) removeDead(lock)
    else if (holder !== null && !said) {
      say(`Another command is at work on the local AWS (process ${holder.pid}). Waiting for it.`)
      said = true
    }
    await sleep(50)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** A link is made whole or not at all: whoever sees the lock sees its holder too. */
function take(lock: string): boolean {
  const mine = `${lock}.${randomUUID()}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, began: beganAt(process.pid) } satisfies Seen), { mode: 0o600 })
  try {
    linkSync(mine, lock)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

function readHolder(lock: string): Seen | null {
  const text = readIfThere(lock)
  if (text === null) return null
  const seen = seenIn(text)
  if (seen !== null) return seen
  throw new Refused('LocalLock', `${lock} is not what was written there.`, {
    hint: 'Delete it when no other command is at work on the local AWS.',
  })
}

function seenIn(text: string): Seen | null {
  try {
    const { pid, began } = Object(JSON.parse(text)) as Partial<Seen>
    const isSeen = Number.isInteger(pid) && Number(pid) > 0 && (began === null || typeof began === 'string')
    return isSeen ? ({ pid, began } as Seen) : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Under a lock of its own, so that of two who saw the dead one, the slower cannot remove the quicker one's new lock. */
function removeDead(lock: string): void {
  const breaking = `${lock}.breaking`
  try {
    writeFileSync(breaking, '', { flag: 'wx' })
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
    if (ageMs(breaking) > BREAK_MS) rmSync(breaking, { force: true })
    return
  }
  try {
    const holder = readHolder(lock)
    if (holder !== null && !isAlive(holder)) rmSync(lock, { force: true })
  } finally {
    rmSync(breaking, { force: true })
  }
}

function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}
