import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Which process, of which boot of which host. */
export interface Whereabouts {
  readonly host: string
  /** Null where there is nothing that tells one boot of one machine from all others. */
  readonly bootId: string | null
  readonly pid: number
  /** Tells a process from a later one that was given its number. */
  readonly pidStartedAt: string | null
}

/** How a run tells where it is, and whether another one is still alive. */
export interface Here {
  self(): Promise<Whereabouts>
  /** True only when it is sure: a process of this boot of this host that is there no more. */
  gone(other: Whereabouts): Promise<boolean>
}

/** This process, on this machine. */
export const here: Here = {
  self: async () => ({
    host: hostname(),
    bootId: await bootId(),
    pid: process.pid,
    pidStartedAt: await startOf(process.pid),
  }),
  gone: async (other) => {
    if (other.bootId === null || other.host !== hostname() || other.bootId !== (await bootId())) return false
    if (!isThere(other.pid)) return true
    const started = await startOf(other.pid)
    return other.pidStartedAt !== null && started !== other.pidStartedAt
  },
}

/** Who is working here, for other people to read. */
export function holderName(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    // A user id without an entry, as containers have it.
    return `${process.getuid?.() ?? 'unknown'}@${hostname()}`
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/**
 * Linux also needs the name space that the pid was counted in: two containers of one host may share its name.
 * Windows has nothing as sure; there a dead run's lease has to run out.
 */
async function bootId(): Promise<string | null> {
  try {
    if (process.platform === 'darwin')
      return (await run('sysctl', ['-n', 'kern.bootsessionuuid'])).stdout.trim() || null
    const [boot, space] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readlink('/proc/self/ns/pid'),
    ])
    return `${boot.trim()}/${space}`
  } catch {
    return null
  }
}

/** When a process began, in whatever words the system has for it; null: it is gone, or nobody can tell. */
async function startOf(pid: number): Promise<string | null> {
  try {
    if (process.platform !== 'linux')
      return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || null
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything. After it: state, …, and the start as the 22nd field of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie is dead; only its parent has not noticed.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
