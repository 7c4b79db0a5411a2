import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const SERVER = fileURLToPath(new URL('../../../shared/aws/server.py', import.meta.url))

/** The emulator nearer to AWS; its README names the options. */
export interface Truth {
  readonly url: string
  report(): Promise<Record<string, unknown>>
  inventory(): Promise<Record<string, unknown>>
  /** Options, while it runs. */
  set(options: Readonly<Record<string, unknown>>): Promise<void>
  /** `reset`, `settle`, `resume` … */
  post(command: string): Promise<void>
  stop(): Promise<void>
}

export interface TruthOptions {
  readonly profile?: 'strict' | 'instant' | 'lax'
  readonly set?: Readonly<Record<string, unknown>>
  /** A file of JSON lines, one per call. */
  readonly log?: string
}

/**
 * Why the server cannot be had here, or null. For `describe.skipIf(truthMissing() !== null)`;
 * says so aloud, because tests that are skipped in silence are taken for tests that pass.
 */
export function truthMissing(): string | null {
  const why = missing()
  if (why !== null) console.warn(`SKIPPED, nothing was tested against the emulator nearer to AWS: ${why}`)
  return why
}

function missing(): string | null {
  if (!existsSync(SERVER)) return `${SERVER} is not there`
  const probe = spawnSync('python3', ['-c', 'import moto.server, botocore, werkzeug'], { encoding: 'utf8' })
  if (probe.error) return `python3 cannot be run: ${probe.error.message}`
  return probe.status === 0 ? null : `its Python modules are missing: ${probe.stderr.trim().split('\n').at(-1)}`
}

/** A server of the caller's own, on a free port. It dies with this process if it is not stopped before. */
export async function startTruth(options: TruthOptions = {}): Promise<Truth> {
  const settings = Object.entries(options.set ?? {}).flatMap(([name, value]) => [
    '--set',
    `${name}=${JSON.stringify(value)}`,
  ])
  const profile = options.profile === undefined ? [] : ['--profile', options.profile]
  const log = options.log === undefined ? [] : ['--log', options.log]
  const child = spawn('python3', [SERVER, '--port', '0', ...profile, ...log, ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const url = await addressOf(child.stdout)
  const get = (what: string): Promise<Record<string, unknown>> => ask(url, what)
  return {
    url,
    report: () => get('report'),
    inventory: () => get('inventory'),
    set: async (values) => void (await ask(url, 'config', JSON.stringify(values))),
    post: async (command) => void (await ask(url, command, '')),
    stop: async () => {
      process.removeListener('exit', end)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function addressOf(output: Readable): Promise<string> {
  let text = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    const url = /truth server on (http:\S+)/.exec(text)?.[1]
    if (url) {
      output.resume()
      return url
    }
  }
  throw new Error(`the emulator nearer to AWS ended before it listened: ${text}`)
}

async function ask(url: string, what: string, body?: string): Promise<Record<string, unknown>> {
  const request = body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  const answer = await fetch(`${url}/__truth/${what}`, request)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`/__truth/${what} answered ${answer.status}: ${text}`)
  return text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
}
