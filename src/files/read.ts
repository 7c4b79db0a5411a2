import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** Milliseconds for which somebody may be about to write into a pipe, and for which somebody who does may be silent. */
interface Patience {
  readonly nobody: number
  readonly silent: number
}

const PATIENCE: Patience = { nobody: 2_000, silent: 60_000 }
/** A file has all there is. */
const NONE: Patience = { nobody: 0, silent: 0 }
const PAUSE_MS = 20
const PIECE = 64 * 1024

/**
 * The whole text of a file that somebody else may have made. A pipe (`-c <(…)`) may be read; a device may never end.
 * Throws errors with a code, as the system does: `whyUnread` has the words for them.
 */
export function readText(path: string, limit: number, patience: Patience = PATIENCE): string {
  // A pipe that nobody writes into would hold up the opening for ever.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
  try {
    const stat = fstatSync(file)
    if (stat.isDirectory()) throw refusal('EISDIR')
    if (!stat.isFile() && !stat.isFIFO()) throw refusal('ENODEV')
    return decoded(bytesOf(file, limit, stat.isFIFO() ? patience : NONE))
  } finally {
    closeSync(file)
  }
}

/** Sizes are told by the system, and not always truly: what comes is counted. */
function bytesOf(file: number, limit: number, patience: Patience): Buffer {
  const pieces: Buffer[] = []
  let total = 0
  for (;;) {
    const piece = nextOf(file, total === 0 ? patience : { ...patience, nobody: 0 })
    if (piece === null) return Buffer.concat(pieces)
    total += piece.length
    if (total > limit) throw refusal('EFBIG')
    pieces.push(piece)
  }
}

/** Null: there is no more. */
function nextOf(file: number, { nobody, silent }: Patience): Buffer | null {
  const began = Date.now()
  for (;;) {
    const piece = pieceOf(file)
    if (typeof piece === 'object') return piece
    if (piece === 'end' && nobody === 0) return null
    if (Date.now() - began > (piece === 'end' ? nobody : silent)) throw refusal('ETIMEDOUT')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  }
}

/** `end`: there is no more, or nobody who writes. `later`: somebody will. */
function pieceOf(file: number): Buffer | 'end' | 'later' {
  const piece = Buffer.alloc(PIECE)
  try {
    const length = readSync(file, piece)
    return length === 0 ? 'end' : piece.subarray(0, length)
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return 'later'
    throw error
  }
}

/** UTF-16 has zeros between its letters, and so have programs and pictures somewhere. */
function decoded(bytes: Buffer): string {
  if (bytes.includes(0)) throw refusal('EILSEQ')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw Object.assign(refusal('EILSEQ'), { cause })
  }
}

const refusal = (code: string): Error => Object.assign(new Error(WHY[code] ?? code), { code })

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a directory',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link that leads to itself',
  ENAMETOOLONG: 'has too long a name',
  ENODEV: 'is not a file',
  ENXIO: 'is not a file',
  EILSEQ: 'is not text in UTF-8',
  ETIMEDOUT: 'is a pipe that nothing comes out of',
}

/** What is the matter with a file that could not be read, after its name; null when it is no error of the system's. */
export function whyUnread(error: unknown, limit: number): string | null {
  const code = codeOf(error)
  if (code === null) return null
  return code === 'EFBIG' ? `is larger than ${sizeOf(limit)}` : (WHY[code] ?? `cannot be read: ${code}`)
}

const sizeOf = (bytes: number): string => (bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`)

/** The system's code of an error; null where it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
