import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { isCode, readIfThere } from './files.ts'

/** A process that was seen once, known again by more than its number. */
export interface Seen {
  readonly pid: number
  readonly began: string | null
}

/** When a process began, with the boot it belongs to. Null when it is gone, or when this system does not say. */
export function beganAt(pid: number): string | null {
  if (process.platform === 'linux') return beganOnLinux(pid)
  if (process.platform === 'win32') return null
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '')
  } catch (error) {
    if (error instanceof Error && 'status' in error) return null
    throw error
  }
}

/** Whether exactly this process still runs. A zombie, which nobody has collected, does not. */
export function isAlive(seen: Seen): boolean {
  try {
    process.kill(seen.pid, 0)
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false
    if (!isCode(error, 'EPERM')) throw error
  }
  if (process.platform === 'win32') return true
  const began = beganAt(seen.pid)
  return began !== null && began === seen.began
}

/** Ends exactly this process: asked first, then made to. Returns when it is gone. */
export async function end(seen: Seen): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(seen)) return
    send(seen.pid, signal)
    for (let waited = 0; waited < 5000 && isAlive(seen); waited += 25) await sleep(25)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!isCode(error, 'ESRCH')) throw error
  }
}

/** Field 22 of `stat` counts ticks since the boot, so it says nothing without the boot. */
function beganOnLinux(pid: number): string | null {
  const stat = readProcess(pid)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return null
  return `${(readIfThere('/proc/sys/kernel/random/boot_id') ?? '').trim()}:${fields[19]}`
}

function readProcess(pid: number): string | null {
  try {
    return readIfThere(`/proc/${pid}/stat`)
  } catch (error) {
    if (isCode(error, 'ESRCH')) return null
    throw error
  }
}
