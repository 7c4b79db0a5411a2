import type { BigIntStats } from 'node:fs'

/** A file of the site, and how it was when it was found. */
export interface SiteFile {
  /** Its name in the bucket. */
  readonly key: string
  readonly path: string
  readonly bytes: number
  /** Differs when the file has been written since. */
  readonly stamp: string
}

export const stampOf = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino} ${size} ${mtimeNs}`

/** "12.3 kB", in thousands as disks and networks are sold. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length)
  const number = bytes / 1_000 ** power
  return `${number < 100 ? number.toFixed(1) : Math.round(number)} ${UNITS[power - 1]}`
}
const UNITS = ['kB', 'MB', 'GB', 'TB']
