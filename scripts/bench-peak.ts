import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** Loaded into a command by `NODE_OPTIONS=--import=…`, this file writes down the command's peak memory as it ends. */
export const PRELOAD = pathToFileURL(import.meta.filename).href

const file = process.env.BENCH_PEAK_FILE
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakKb())))

/** In MB, of the command that ended last. */
export const peakOf = (file: string): number => Number(readFileSync(file, 'utf8')) / 1024

/** On Linux `maxRSS` of a child starts with its parent's size; the high-water mark of its own memory does not. */
function peakKb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS
  const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return mark === undefined ? process.resourceUsage().maxRSS : Number(mark)
}
