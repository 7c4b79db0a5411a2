import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Refused } from '../engine/errors.ts'

/** Whether something has this name already, be it a link that leads nowhere. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * Writes the whole file or nothing. Without `overwrite` a file that has appeared since somebody looked is left alone:
 * the system decides that in one step, not we in two.
 */
export function saveConfig(path: string, text: string, { overwrite }: { readonly overwrite: boolean }): void {
  try {
    if (overwrite) replaceFile(path, text)
    else writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    throw new Refused('CannotWrite', `${path} cannot be written: ${WHY[code] ?? code}.`, {
      cause: error,
      hint: 'Give another place with --out FILE.',
    })
  }
}

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'it is there already',
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
}

function replaceFile(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(fresh, text, { flag: 'wx' })
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}
