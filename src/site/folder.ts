import { constants } from 'node:fs'
import { access, readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { Refused } from '../engine/errors.ts'
import { type SiteFile, stampOf } from './files.ts'
import { badName, badSize, isLeftOut } from './names.ts'

export interface SiteFolder {
  /** By their keys. */
  readonly files: readonly SiteFile[]
  /** What is there and is never uploaded; folders end with a slash. */
  readonly leftOut: readonly string[]
}

/** Complaints that are told one by one. */
const TOLD = 10

/** Finds every file of a folder, and everything that is wrong with any of them: nothing is uploaded of a half-good site. */
export async function readFolder(dir: string): Promise<SiteFolder> {
  const walk = new Walk(await rootOf(dir))
  await walk.into(walk.root, '', [])
  const { files, leftOut, complaints } = walk
  if (complaints.length > 0) throw badFiles(dir, complaints)
  if (files.length === 0) {
    throw new Refused('EmptyFolder', `There is no file in ${dir} that could be uploaded.`, {
      hint: 'Is it the right folder, and has the site been built? An empty one is taken for a mistake.',
    })
  }
  const byKey = files.toSorted((one, other) => (one.key < other.key ? -1 : 1))
  return { files: byKey, leftOut: leftOut.toSorted() }
}

async function rootOf(dir: string): Promise<string> {
  try {
    if (!(await stat(dir)).isDirectory()) throw new Refused('NotAFolder', `${dir} is not a folder.`)
    return await realpath(dir)
  } catch (error) {
    if (error instanceof Refused) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Refused('NoFolder', `There is no folder ${dir}.`)
    throw new Refused('Unreadable', `${dir} cannot be read (${code}).`, { cause: error })
  }
}

function badFiles(dir: string, complaints: readonly string[]): Refused {
  const told = complaints.slice(0, TOLD).map((line) => `  ${line}`)
  const rest = complaints.length - told.length
  const lines = rest === 0 ? told : [...told, `  … and ${rest} more`]
  return new Refused('BadFiles', `Some of ${dir} cannot be uploaded, so nothing was:\n${lines.join('\n')}`, {
    hint: 'Correct or remove them, then run the same command again.',
  })
}

class Walk {
  readonly files: SiteFile[] = []
  readonly leftOut: string[] = []
  readonly complaints: string[] = []
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** `above` are the real paths of the folders on the way: a link to one of them would never end. */
  async into(folder: string, prefix: string, above: readonly string[]): Promise<void> {
    for (const name of await this.#namesIn(folder, prefix)) {
      const key = `${prefix}${name}`
      if (isLeftOut(name)) await this.#leaveOut(join(folder, name), key)
      else await this.#take(join(folder, name), key, [...above, folder])
    }
  }

  async #namesIn(folder: string, prefix: string): Promise<readonly string[]> {
    try {
      return await readdir(folder)
    } catch (error) {
      this.#complain(prefix, `cannot be read (${(error as NodeJS.ErrnoException).code})`)
      return []
    }
  }

  async #leaveOut(path: string, key: string): Promise<void> {
    const isFolder = await stat(path)
      .then((seen) => seen.isDirectory())
      .catch(() => false)
    this.leftOut.push(isFolder ? `${key}/` : key)
  }

  async #take(path: string, key: string, above: readonly string[]): Promise<void> {
    const named = badName(key)
    if (named !== null) return this.#complain(key, named)
    try {
      const real = await realpath(path)
      if (!this.#isInside(real)) return this.#complain(key, 'is a link out of the folder')
      const seen = await stat(real, { bigint: true })
      if (seen.isDirectory()) {
        if (above.includes(real)) return this.#complain(key, 'is a link to a folder that it is in')
        return await this.into(real, `${key}/`, above)
      }
      if (!seen.isFile()) return this.#complain(key, 'is neither a file nor a folder')
      const bytes = Number(seen.size)
      const sized = badSize(bytes)
      if (sized !== null) return this.#complain(key, sized)
      await access(real, constants.R_OK)
      this.files.push({ key, path: real, bytes, stamp: stampOf(seen) })
    } catch (error) {
      this.#complain(key, WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? `cannot be read (${error})`)
    }
  }

  #isInside(real: string): boolean {
    const way = relative(this.root, real)
    return way !== '..' && !way.startsWith(`..${sep}`)
  }

  #complain(key: string, what: string): void {
    this.complaints.push(`${JSON.stringify(key).slice(1, -1)} ${what}`)
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'is a link to nothing, or has just gone',
  ELOOP: 'is a link to itself',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
}
