import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failed, Refused } from '../engine/errors.ts'
import { forgetRunning, isCode, logFile, type Running, readRunning, writeRunning } from './files.ts'
import { exclusively } from './lock.ts'
import { findMoto, type Moto } from './moto.ts'
import { beganAt, end, isAlive } from './process.ts'
import { forgetEverything, isReady, warmUp } from './ready.ts'
import { launch, waitForPort } from './server.ts'

/** A local AWS that answers. */
export interface LocalAws {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** False when it was already there. */
  readonly started: boolean
}

/** A local AWS that was asked after. */
export type LocalRunning = Extract<LocalStatus, { readonly running: true }>

/** Whether one runs, and what it is. */
export type LocalStatus =
  | { readonly running: false }
  | {
      readonly running: true
      readonly url: string
      readonly port: number
      readonly pid: number
      readonly moto: string
      readonly extended: boolean
    }

/** The local AWS knows every key as its one account's, so these are no secret. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const

/** What the environment of a program that uses the SDK needs in order to talk to the local AWS. */
export function localEnv(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
  }
}

/** The local AWS that runs, or a new one that outlives this process. */
export function startLocal(options: { port?: number; say(line: string): void }): Promise<LocalAws> {
  return exclusively(options.say, async () => {
    const known = await answering()
    if (known !== null) return sameAs(known, options)
    await clear()
    if (options.port !== undefined) await insistFree(options.port)
    const moto = await findMoto(options.say)
    options.say('Starting the local AWS.')
    return begin(moto, options.port ?? 0)
  })
}

/** Ends the local AWS, with everything in it. Nothing to do when none runs. */
export function stopLocal(): Promise<{ readonly stopped: boolean }> {
  return exclusively(ignore, clear)
}

/** What runs now. Changes nothing. */
export async function localStatus(): Promise<LocalStatus> {
  const known = await answering()
  if (known === null) return { running: false }
  return {
    running: true,
    url: urlOf(known.port),
    port: known.port,
    pid: known.pid,
    moto: known.moto,
    extended: known.extended,
  }
}

/** Empties the local AWS. It goes on running. */
export async function resetLocal(): Promise<LocalRunning> {
  const status = await localStatus()
  if (!status.running)
    throw new Failed('LocalNotRunning', 'The local AWS does not run.', { hint: 'ecom-infra local start' })
  await forgetEverything(status.port)
  return status
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`
const isStockWanted = (): boolean => process.env.ECOM_INFRA_STOCK_MOTO === '1'
const ignore = (): void => undefined

/** The remembered process, when it is still that process and answers. A busy one is given some seconds. */
async function answering(): Promise<Running | null> {
  const known = readRunning()
  if (known === null || known.port === 0) return null
  for (let attempt = 0; attempt < 3 && isAlive(known); attempt += 1) {
    if (await isReady(known.port)) return known
    await sleep(100)
  }
  return null
}

function sameAs(known: Running, options: { port?: number; say(line: string): void }): LocalAws {
  if (isStockWanted() && known.extended) {
    options.say('The local AWS that runs is not stock moto: ECOM_INFRA_STOCK_MOTO counts from its next start.')
  }
  if (options.port !== undefined && options.port !== known.port) {
    throw new Refused('LocalRunsElsewhere', `The local AWS already runs on port ${known.port}.`, {
      hint: `End it first, with what is in it: ecom-infra local stop. Or use ${urlOf(known.port)}.`,
    })
  }
  return { url: urlOf(known.port), port: known.port, pid: known.pid, started: false }
}

/** Ends what is remembered and forgets it. Where a process has no beginning to be known by, only one that answers. */
async function clear(): Promise<{ readonly stopped: boolean }> {
  const known = readRunning()
  const stopped = known !== null && isAlive(known) && (known.began !== null || (await isReady(known.port)))
  if (stopped) await end(known)
  forgetRunning()
  return { stopped }
}

/** Remembered from its first moment, so that a start that is killed half-way leaves nothing that cannot be found. */
async function begin(moto: Moto, port: number): Promise<LocalAws> {
  const stock = isStockWanted()
  const child = launch({ moto, port, log: logFile(), stock, tied: false })
  const pid = child.pid ?? 0
  const running: Running = {
    pid,
    began: pid === 0 ? null : beganAt(pid),
    port: 0,
    moto: moto.version,
    extended: !stock,
  }
  if (pid !== 0) writeRunning(running)
  try {
    return await finish(child, running)
  } catch (error) {
    await clear()
    throw error
  }
}

async function finish(child: ChildProcess, running: Running): Promise<LocalAws> {
  const port = await waitForPort(child, logFile())
  await warmUp(port)
  writeRunning({ ...running, port })
  child.removeAllListeners()
  child.unref()
  return { url: urlOf(port), port, pid: running.pid, started: true }
}

function insistFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => {
      const taken = isCode(error, 'EADDRINUSE', 'EACCES')
      const hint = 'Choose another with --port, or leave --port out for any free one.'
      reject(taken ? new Failed('PortInUse', `Port ${port} on 127.0.0.1 cannot be used.`, { hint }) : error)
    })
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()))
  })
}
