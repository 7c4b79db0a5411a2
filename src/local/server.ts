import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Failed } from '../engine/errors.ts'
import { readIfThere } from './files.ts'
import type { Moto } from './moto.ts'
import { isReady } from './ready.ts'

const SERVER = fileURLToPath(new URL('../../emulator/server.py', import.meta.url))
/** A cold start on a slow disk takes seconds; ten times that is a failure. */
const START_MS = 60_000

interface Launch {
  readonly moto: Moto
  /** 0: any free one. */
  readonly port: number
  readonly log: string
  /** Plain moto, without our extension. */
  readonly stock: boolean
  /** Ends with the process that starts it, instead of outliving it. Not for stock moto. */
  readonly tied: boolean
}

/** Starts moto as a process of its own. It is not ready yet: `waitForPort` tells. */
export function launch(options: Launch): ChildProcess {
  const log = openSync(options.log, 'w', 0o600)
  const program = options.stock
    ? ['-m', 'moto.server', '-H', '127.0.0.1']
    : [SERVER, ...(options.tied ? ['--tied'] : [])]
  try {
    return spawn(options.moto.python, [...program, '-p', String(options.port)], {
      detached: !options.tied,
      stdio: [options.tied ? 'pipe' : 'ignore', log, log],
      env: environment(),
      windowsHide: true,
    })
  } finally {
    closeSync(log)
  }
}

/** The port that moto says it listens on, once it answers there. */
export async function waitForPort(child: ChildProcess, log: string): Promise<number> {
  const failure: { error?: Error } = {}
  child.on('error', (error) => {
    failure.error = error
  })
  for (let waited = 0; waited < START_MS; waited += 50) {
    if (failure.error || child.exitCode !== null || child.signalCode !== null)
      throw notStarted(child, log, failure.error)
    const port = Number(/Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(readIfThere(log) ?? '')?.[1] ?? 0)
    if (port > 0 && (await isReady(port))) return port
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Failed('LocalNotReady', `The local AWS did not answer within ${START_MS / 1000} s.`, {
    hint: `Its log: ${log}`,
  })
}

function notStarted(child: ChildProcess, log: string, cause: Error | undefined): Failed {
  const lines = (readIfThere(log) ?? '').trim().split('\n')
  const why = cause?.message ?? lines.at(-1) ?? ''
  const ending = child.signalCode ?? child.exitCode ?? 'no process'
  return new Failed('LocalNotStarted', `The local AWS ended before it could be used (${ending}): ${why}`, {
    hint: `Its log: ${log}`,
    cause,
  })
}

/** moto must neither reach the user's real AWS, nor itself through a proxy. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(AWS_|(HTTPS?|ALL|NO)_PROXY$)/i
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_DEFAULT_REGION: 'us-east-1',
    MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
    PYTHONUNBUFFERED: '1',
  }
}
