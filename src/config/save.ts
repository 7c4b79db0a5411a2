import { lstatSync } from 'node:fs'
import { writeText } from '../files/write.ts'

/** Whether something has this name already, be it a link that leads nowhere. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

interface Saving {
  /** Without it a file that has appeared since somebody looked is left alone. */
  readonly overwrite: boolean
  /** What to do when it cannot be written, where no flag names another place. */
  readonly hint?: string
}

export function saveConfig(path: string, text: string, { overwrite, ...rest }: Saving): void {
  writeText(path, text, { keep: !overwrite, ...rest })
}
