import { lstatSync } from 'node:fs'
import { writeText } from '../files/write.ts'

/** Whether something has this name already, be it a link that leads nowhere. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Without `overwrite` a file that has appeared since somebody looked is left alone. */
export function saveConfig(path: string, text: string, { overwrite }: { readonly overwrite: boolean }): void {
  writeText(path, text, { keep: !overwrite })
}
