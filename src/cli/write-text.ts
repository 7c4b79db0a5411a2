import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { saveConfig } from '../config/save.ts'

/** Writes what a command makes anew each time: a file as a whole or not at all, through a link, and into a pipe as it is. */
export function writeText(path: string, text: string): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.isDirectory()) return saveConfig(path, text, { overwrite: true })
  if (stat.isFile()) return saveConfig(realpathSync(path), text, { overwrite: true })
  writeFileSync(path, text)
}
