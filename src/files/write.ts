import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Refused } from '../engine/errors.ts'
import { codeOf } from './read.ts'

interface Manner {
  /** For its owner alone, and never through a link that somebody else may have laid. */
  readonly secret?: boolean
  /** Leaves alone what is there: the system decides that in one step, not we in two. */
  readonly keep?: boolean
  /** Makes the folder that it goes into, where that is missing. */
  readonly folder?: boolean
  /** What to do when it cannot be written. */
  readonly hint?: string
}

/**
 * Writes a whole file, or nothing: whoever looks meanwhile, or after a kill in the middle, finds the old one. What is
 * no file (a pipe, `/dev/stdout`) is written into as it is. There is no other way in which we write files.
 */
export function writeText(path: string, text: string, manner: Manner = {}): void {
  try {
    if (manner.folder === true) makeFolder(dirname(path))
    const { target, there } = destination(path, manner)
    if (there !== null && (!there.isFile() || STREAM.test(path))) into(target, text)
    else replace(target, text, { ...manner, mode: manner.secret === true ? 0o600 : there && there.mode & 0o777 })
  } catch (cause) {
    const code = codeOf(cause)
    if (code === null) throw cause
    const { hint = 'Give another place with --out FILE.' } = manner
    throw new Refused('NotWritten', `${path} cannot be written: ${WHY[code] ?? code}.`, { cause, hint })
  }
}

/** Behind these may be a file, and it is somebody else's: what a shell has opened to add to. */
const STREAM = /^\/(?:dev|proc)\//

/** A folder that only its owner looks into, with those above it. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
}

interface Destination {
  readonly target: string
  /** What would be replaced, or written into. */
  readonly there: Stats | null
}

function destination(path: string, { secret = false, keep = false }: Manner): Destination {
  const own = lstatSync(path, { throwIfNoEntry: false })
  if (own === undefined) return { target: path, there: null }
  if (keep) throw refusal('EEXIST')
  const behind = statSync(path, { throwIfNoEntry: false })
  if (behind?.isDirectory()) throw refusal('EISDIR')
  // A link to nowhere, and one that we do not follow, is replaced itself.
  if (behind === undefined || (secret && own.isSymbolicLink())) return { target: path, there: null }
  if (secret && !behind.isFile()) throw refusal('ENODEV')
  if (behind.isFile()) accessSync(path, constants.W_OK)
  return { target: behind.isFile() && !STREAM.test(path) ? realpathSync(path) : path, there: behind }
}

/** A pipe that nobody reads from would hold up the opening for ever. */
function into(path: string, text: string): void {
  const probe = openSync(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0))
  try {
    writeFileSync(path, text, { flag: 'a' })
  } finally {
    closeSync(probe)
  }
}

interface Replacing extends Manner {
  /** Null: as the system gives it. */
  readonly mode: number | null
}

function replace(target: string, text: string, { mode, keep = false }: Replacing): void {
  sweep(target)
  const aside = `${target}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = openSync(aside, 'wx', mode ?? 0o666)
    try {
      writeFileSync(file, text)
      if (mode !== null) fchmodSync(file, mode)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (keep) claim(aside, target)
    else renameSync(aside, target)
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Not every file system has links. There, what appears in the very moment is replaced. */
function claim(aside: string, target: string): void {
  try {
    linkSync(aside, target)
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error
    renameSync(aside, target)
  }
}

const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']
const STALE_MS = 60_000

/** What a kill in the middle of an earlier write has left beside the file. */
function sweep(target: string): void {
  const [folder, name] = [dirname(target), basename(target)]
  const left = namesIn(folder).filter(
    (one) => one.startsWith(`${name}.`) && /^\.[0-9a-f]{12}\.tmp$/.test(one.slice(name.length)),
  )
  for (const path of left.map((one) => join(folder, one))) {
    const written = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - written > STALE_MS) rmSync(path, { force: true })
  }
}

/** A folder that may be written into, but not looked into, is no reason to write nothing. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) === 'EACCES') return []
    throw error
  }
}

const refusal = (code: string): Error => Object.assign(new Error(WHY[code] ?? code), { code })

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'it is there already',
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a directory',
  ENODEV: 'it is not a file',
  ENXIO: 'it is a socket, or a pipe that nobody reads from',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ELOOP: 'it is a link that leads to itself',
  ENAMETOOLONG: 'its name is too long',
  EPIPE: 'nobody reads from it any more',
}
