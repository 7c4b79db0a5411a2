/** Draws docs/run.svg: a run on a local AWS of its own, as a terminal shows it. Needs Python, as `--local` does. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RDS } from '@aws-sdk/client-rds'
import { LOCAL_CREDENTIALS, localStatus, stopLocal } from '../src/local/index.ts'
import { PictureScreen, type Piece } from './picture-screen.ts'

const ROOT = join(import.meta.dirname, '..')
const COLUMNS = 100

type Line = readonly Piece[]

/** What is shown of the commands; where lines are left out stands an ellipsis. */
const PLAN =
  /^shop-dev in|^Network|ec2:vpc\/|nat-gateway\/|^Data|dynamodb:|rds:instance|file-system\/|^Compute|autoscaling:|^Edge|elbv2:load/
const ENDING = /^Plan:|^On AWS|^What is used|^logs|^AWS public|^✔|^Outputs|siteUrl|assetsBucket|databaseEndpoint/
const STATUS = /^✔|^✖|^ {2}~|^ {6}|^`ecom/

const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-picture-'))
process.env.XDG_STATE_HOME = join(folder, 'state')

interface Answer {
  readonly question: string
  readonly keys: string
}

/** The lines that stand on the screen when the command has ended. */
function run(args: string, answer?: Answer): Promise<readonly Line[]> {
  const screen = new PictureScreen(COLUMNS)
  const helper = join(ROOT, 'test', 'support', 'pty.py')
  const command = [process.execPath, join(ROOT, 'bin', 'run.js'), ...args.split(' ')]
  const { CI: _, NO_COLOR: __, ...env } = process.env
  const child = spawn('python3', ['-I', helper, String(COLUMNS), '50', ...command], {
    ...{ cwd: folder, env: { ...env, TERM: 'xterm-256color' }, stdio: ['pipe', 'pipe', 'inherit'] },
  })
  let waiting = answer
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    screen.write(data)
    if (waiting === undefined || !screen.text.includes(waiting.question)) return
    child.stdin?.write(waiting.keys)
    waiting = undefined
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(screen.lines))
  })
}

/** Somebody else does it, not through us. */
async function openDatabase(): Promise<void> {
  const status = await localStatus()
  if (!status.running) throw new Error('the local AWS does not run')
  const rds = new RDS({ region: 'us-east-1', endpoint: status.url, credentials: LOCAL_CREDENTIALS })
  const change = { PubliclyAccessible: true, BackupRetentionPeriod: 0, ApplyImmediately: true }
  await rds.modifyDBInstance({ DBInstanceIdentifier: 'shop-dev-main', ...change })
  rds.destroy()
}

const typed = (args: string): Line => [
  { text: '$ ', style: [2] },
  { text: `ecom-infra ${args}`, style: [1] },
]

const textOf = (line: Line): string => line.map(({ text }) => text).join('')

function shortened(lines: readonly Line[], wanted: readonly RegExp[]): readonly Line[] {
  const kept: Line[] = []
  for (const line of lines) {
    const words = textOf(line)
    const last = textOf(kept.at(-1) ?? [])
    if (wanted.some((test) => test.test(words))) {
      if (/^(Data|Compute|Edge|Plan|Outputs)/.test(words)) kept.push([])
      kept.push(line)
    } else if (words.trim() !== '' && last !== ELLIPSIS) kept.push([{ text: ELLIPSIS, style: [2] }])
  }
  return kept
}

const ELLIPSIS = '  …'

/** Ours are few: good, bad, changed; bold; quiet. */
const COLOURS: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' }
const [TEXT, QUIET, PAPER] = ['#e6edf3', '#8b949e', '#0d1117']
const [SIZE, LEADING, MARGIN] = [14, 20, 20]

function svgOf(lines: readonly Line[]): string {
  const [width, height] = [Math.ceil(COLUMNS * SIZE * 0.61) + 2 * MARGIN, lines.length * LEADING + 2 * MARGIN]
  const rows = lines.map((line, index) => {
    const y = MARGIN + index * LEADING + SIZE
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${line.map(spanOf).join('')}</text>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>ecom-infra up builds the stack; ecom-infra status tells what somebody has changed by hand</title>',
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${SIZE}" fill="${TEXT}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function spanOf({ text, style }: Piece): string {
  const colour = style.map((number) => COLOURS[number]).find((one) => one !== undefined)
  const fill = colour ?? (style.includes(2) ? QUIET : null)
  const looks = [fill === null ? '' : ` fill="${fill}"`, style.includes(1) ? ' font-weight="bold"' : ''].join('')
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return looks === '' ? safe : `<tspan${looks}>${safe}</tspan>`
}

try {
  await run('init --defaults --name shop')
  await run('local start')
  const up = await run('up --local', { question: 'Do this?', keys: 'y\r' })
  await openDatabase()
  const status = await run('status --local')
  const lines = [
    ...[typed('up --local'), ...shortened(up, [PLAN, ENDING]), []],
    [{ text: '# by hand, in the console: the database is made public, and its backups are switched off', style: [2] }],
    ...[typed('status --local'), ...shortened(status, [STATUS])],
  ]
  writeFileSync(join(ROOT, 'docs', 'run.svg'), svgOf(lines))
} finally {
  await stopLocal()
  rmSync(folder, { recursive: true, force: true })
}
