/** `npm run bench [-- --json]`: calls, time and memory of the main job, and how fast the program starts. Judges nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMoto } from '../src/local/moto.ts'
import { warmUp } from '../src/local/ready.ts'
import { launch, waitForPort } from '../src/local/server.ts'
import { type AwsProxy, startProxy } from '../test/support/proxy.ts'
import { type CliResult, runCli } from '../test/support/run-cli.ts'
import { PRELOAD, peakOf } from './bench-peak.ts'
import { type Measured, type Report, type Start, textOf } from './bench-report.ts'

const LATENCIES = [0, 50]
const STARTS = 9
const CONFIG = 'name: bench\nenvironment: dev\nregion: us-east-1\nblueprint: ecommerce\n'
const STEPS: readonly (readonly [name: string, args: string])[] = [
  ['plan', 'up --dry-run'],
  ['up', 'up --yes'],
  ['status', 'status'],
  ['up again', 'up --yes'],
  ['down', 'down --yes --delete-data'],
]

const asJson = process.argv.includes('--json')
const report = await inOwnPlace(bench)
process.stdout.write(asJson ? `${JSON.stringify(report, null, 2)}\n` : `${textOf(report)}\n`)

async function bench(folder: string): Promise<Report> {
  const start = [
    await startOf(folder, '--version'),
    await startOf(folder, '--help'),
    await startOf(folder, 'up --help'),
  ]
  const emulator = await startEmulator(folder)
  try {
    const runs = []
    for (const [index, latencyMs] of LATENCIES.entries()) {
      // An account each, so that nothing of the run before is there.
      const proxy = await startProxy({ target: emulator.url, account: `99999999990${index}`, latencyMs })
      runs.push({ latencyMs, steps: await lifeOf(folder, proxy).finally(() => proxy.close()) })
    }
    return { schema: 'ecom-infra/bench/1', node: process.version, cpus: cpus().length, runs, start }
  } finally {
    emulator.stop()
  }
}

/** The main job, once. */
async function lifeOf(folder: string, proxy: AwsProxy): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const [step, args] of STEPS) {
    progress(`${step} …`)
    proxy.reset()
    const { ms, result, peakMb } = await timed(folder, args.split(' '), proxy.url)
    if (result.code !== 0) throw new Error(`${step} ended with ${result.code}:\n${result.stdout}${result.stderr}`)
    const { total, changes } = proxy.report()
    measured.push({ step, calls: total, changes, ms, peakMb })
  }
  return measured
}

async function startOf(folder: string, args: string): Promise<Start> {
  progress(`${args} …`)
  const times: number[] = []
  for (let run = 0; run <= STARTS; run += 1) times.push(await plainly(folder, args.split(' ')))
  // The first one fills Node's cache of compiled code.
  const counted = times.slice(1).sort((a, b) => a - b)
  const { peakMb } = await timed(folder, args.split(' '))
  return { args, ms: counted[Math.floor(counted.length / 2)] ?? 0, least: counted[0] ?? 0, runs: STARTS, peakMb }
}

/** Without the preload, which takes time too. */
async function plainly(cwd: string, args: readonly string[]): Promise<number> {
  const began = performance.now()
  await runCli(args, { cwd })
  return performance.now() - began
}

interface Timed {
  readonly ms: number
  readonly result: CliResult
  readonly peakMb: number
}

async function timed(folder: string, args: readonly string[], url?: string): Promise<Timed> {
  const file = join(folder, 'peak')
  const began = performance.now()
  const env = { AWS_ENDPOINT_URL: url, NODE_OPTIONS: `--import=${PRELOAD}`, BENCH_PEAK_FILE: file }
  const result = await runCli(args, { cwd: folder, env, timeoutMs: 600_000 })
  return { ms: performance.now() - began, result, peakMb: peakOf(file) }
}

/** Ends with this process, however that ends. */
async function startEmulator(folder: string): Promise<{ readonly url: string; stop(): void }> {
  progress('starting the local AWS …')
  const log = join(folder, 'emulator.log')
  const child = launch({ moto: await findMoto(progress), port: 0, log, stock: false, tied: true })
  const port = await waitForPort(child, log)
  await warmUp(port)
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill('SIGKILL') }
}

async function inOwnPlace<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-bench-'))
  try {
    writeFileSync(join(folder, 'ecom-infra.yaml'), CONFIG)
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}
