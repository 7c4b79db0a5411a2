/** `npm run demo`: the main job on the embedded local AWS, as it would be typed. It leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { styleText } from 'node:util'
import { Problem } from '../src/engine/errors.ts'
import { LOCAL_CREDENTIALS, localStatus, stopLocal } from '../src/local/index.ts'
import { findMoto } from '../src/local/moto.ts'
import { Account } from './demo-account.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'run.js')
const REGION = 'us-east-1'
const STACK = 'shop-dev'
/** What a shell says of a command that a signal has ended. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

const color = process.stdout.isTTY === true && !process.env.NO_COLOR
const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
  color ? styleText(style, text, { validateStream: false }) : text
const tell = (line: string): void => void process.stdout.write(`${line}\n`)

let child: ChildProcess | null = null
let interrupted: keyof typeof CODES | null = null

for (const signal of Object.keys(CODES) as (keyof typeof CODES)[]) {
  // Passed on again each time: the second Ctrl-C means "now" to the command too.
  process.on(signal, () => {
    interrupted ??= signal
    child?.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  })
}

async function demonstrate(): Promise<number> {
  const began = performance.now()
  try {
    // Found, or installed, before the state directory is the demo's own: what was downloaded once is kept for `--local`.
    const { python } = await findMoto(tell)
    await inOwnPlace(dirname(python))
    tell(paint('green', `\nAll of it held, and nothing is left. ${Math.round((performance.now() - began) / 1000)} s.`))
    return 0
  } catch (error) {
    if (interrupted !== null) return CODES[interrupted]
    console.error(paint('red', `\nThe demo failed: ${messageOf(error)}`))
    return 1
  }
}

/** A folder and a local AWS that nobody else has, and that are gone afterwards, whatever happens. */
async function inOwnPlace(moto: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-demo-'))
  process.env.XDG_STATE_HOME = join(folder, 'state')
  process.env.PATH = `${moto}${delimiter}${process.env.PATH ?? ''}`
  try {
    await play(folder)
  } finally {
    await stopLocal()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function play(folder: string): Promise<void> {
  const run = (title: string, args: string, expected = 0) => runCommand(folder, { title, args, expected })
  tell('An online shop on AWS, from nothing to nothing, on an AWS that runs on this machine only.')
  await run('Write a config', `init --defaults --name shop --region ${REGION}`)
  await run('Plan: what would be made', 'up --local --dry-run')
  await run('Make it', 'up --local --yes')
  makeSite(join(folder, 'site'))
  await run('Put a site into it', 'site push site --local')
  await run('Is it as it should be?', 'status --local')
  await tamper()
  await run('Does anybody notice?', 'status --local', 3)
  await run('Repair: the same command again', 'up --local --yes')
  await run('As it should be again?', 'status --local')
  await run('Remove all of it? Not while it holds data, unless that is said too', 'down --local --yes', 2)
  await run('Remove all of it, data too, and prove that it is gone', 'down --local --yes --delete-data')
  await prove()
  await run('And the local AWS itself', 'local stop')
}

function makeSite(folder: string): void {
  mkdirSync(join(folder, 'css'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<link rel="stylesheet" href="css/shop.css"><h1>The shop</h1>\n')
  writeFileSync(join(folder, 'css', 'shop.css'), 'h1 { font-family: sans-serif }\n')
}

/** Somebody else changes things, not through us. */
async function tamper(): Promise<void> {
  const account = await openAccount()
  tell(paint('bold', '\n# Behind its back, by the AWS SDK: the database is made public, the alarms are tampered with'))
  for (const line of await account.tamper(STACK)) tell(line)
  account.close()
}

/** The last word is not ours: AWS is asked directly. */
async function prove(): Promise<void> {
  const account = await openAccount()
  const left = await account.remains()
  account.close()
  if (left.length > 0) throw new Error(`still there after \`down\`: ${left.join(', ')}`)
  tell('Asked by the AWS SDK: no network, server, database, table, file, alarm, role, log or bucket is there any more.')
}

async function openAccount(): Promise<Account> {
  const status = await localStatus()
  if (!status.running) throw new Error('the local AWS does not run')
  return new Account({ region: REGION, endpoint: status.url, credentials: LOCAL_CREDENTIALS })
}

interface Step {
  readonly title: string
  readonly args: string
  readonly expected: number
}

async function runCommand(folder: string, { title, args, expected }: Step): Promise<void> {
  if (interrupted !== null) throw new Error(interrupted)
  tell(paint('bold', `\n# ${title}`))
  tell(paint('cyan', `$ ecom-infra ${args}`))
  const code = await ended(
    // A group of its own: Ctrl-C reaches this process, which passes it on, so that the command hears it once.
    spawn(process.execPath, [BIN, ...args.split(' ')], {
      cwd: folder,
      env: environment(),
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    }),
  )
  if (code !== expected) throw new Error(`\`ecom-infra ${args}\` ended with ${code}, and ${expected} was expected`)
  if (code !== 0) tell(paint('dim', `(exit code ${code}, as it should be)`))
}

function ended(started: ChildProcess): Promise<number | NodeJS.Signals> {
  child = started
  return new Promise((resolve, reject) => {
    started.once('error', reject)
    started.once('exit', (code, signal) => {
      child = null
      resolve(code ?? signal ?? 1)
    })
  })
}

/** No setting of the user's own AWS has a say here. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|ECOM_INFRA_)/i.test(name))
  return Object.fromEntries(kept)
}

function messageOf(error: unknown): string {
  if (error instanceof Problem) return [error.message, error.details.hint].filter(Boolean).join('\n')
  return error instanceof Error ? error.message : String(error)
}

process.exitCode = await demonstrate()
