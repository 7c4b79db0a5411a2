import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

/** Whether `dist` is younger than all that it is made of. The manifest is what a build writes last. */
export const distIsFresh = (): boolean =>
  changedAt('oclif.manifest.json') >
  Math.max(changedAt('package.json'), changedAt('tsconfig.build.json'), newest('src'))

/** Folders count too: they tell of files that went. */
const newest = (folder: string): number =>
  Math.max(
    changedAt(folder),
    ...readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      changedAt(join(folder, name)),
    ),
  )

const changedAt = (path: string): number => statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
