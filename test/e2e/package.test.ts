import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { pythonFor } from '../support/pty.ts'
import { type Installed, installPackage } from './support/installed.ts'

const PTY = fileURLToPath(new URL('../support/pty.py', import.meta.url))
const LIMIT = 2_000_000

let installed: Installed
beforeAll(async () => {
  installed = await installPackage()
})
afterAll(() => installed?.remove())

const paths = () => installed.packed.files.map(({ path }) => path)
const textOf = (path: string) => readFileSync(join(installed.package, path), 'utf8')

describe('npm pack', () => {
  it('gives less than 2 MB', () => {
    expect(installed.packed.size).toBeLessThan(LIMIT)
    expect(installed.packed.unpackedSize).toBeLessThan(LIMIT)
  })

  it('holds what is run and read, and nothing that is only worked with', () => {
    const tops = [...new Set(paths().map((path) => path.split('/')[0]))]
    expect(tops.sort()).toEqual([
      ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'RUNBOOK.md', 'bin', 'dist', 'docs', 'emulator'],
      ...['oclif.manifest.json', 'package.json', 'prices', 'schema'],
    ])
    expect(paths().filter((path) => /\.(ts|map|pyc|log)$|__pycache__|\.test\./.test(path))).toEqual([])
    expect(paths().filter((path) => path.startsWith('bin/'))).toEqual(['bin/run.js'])
    const wanted = ['dist/commands/up.js', 'emulator/server.py', 'prices/us-east-1.json']
    expect(paths()).toEqual(expect.arrayContaining([...wanted, 'schema/ecom-infra.schema.json']))
    expect(installed.packed.files.find(({ path }) => path === 'bin/run.js')?.mode).toBe(0o755)
  })

  it('holds what the pages for its users link to', () => {
    const pages = ['README.md', 'RUNBOOK.md', 'CHANGELOG.md', 'docs/local-aws.md']
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => ({ page, link })),
    )
    expect(links.length).toBeGreaterThan(5)
    const dead = links.filter(
      ({ page, link }) => !existsSync(join(installed.package, normalize(`${dirname(page)}/${link}`))),
    )
    expect(dead).toEqual([])
  })

  it('declares all that it loads', () => {
    const { dependencies } = JSON.parse(textOf('package.json'))
    const loaded = paths()
      .filter((path) => path.endsWith('.js'))
      .flatMap((path) => [
        ...textOf(path).matchAll(/(?:^(?:import|export)\s(?:[^'"]*\sfrom\s)?|import\()'([^'.][^']*)'/gm),
      ])
      .map(([, name = '']) => name)
      .filter((name) => !isBuiltin(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
    expect(new Set(loaded).size).toBeGreaterThan(15)
    expect([...new Set(loaded)].filter((name) => !(name in dependencies))).toEqual([])
  })
})

/** As somebody types it, in an empty folder, with the program found on the PATH. */
const run = (args: string) =>
  promisify(execFile)('ecom-infra', args.split(' '), { cwd: installed.work, env: installed.env, timeout: 100_000 })

describe('installed globally', () => {
  it('tells its version and helps', async () => {
    expect((await run('--version')).stdout).toMatch(/^ecom-infra\/\d+\.\d+\.\d+ \S+ node-24\.[\d.]+\n$/)
    const { stdout, stderr } = await run('--help')
    expect(stdout).toMatch(/^ {2}up {2,}Build the stack/m)
    expect(stdout).toMatch(/^ {2}state {2,}/m)
    expect(stderr).toBe('')
  })

  it('makes a part of the platform on the local AWS, and removes it again', async () => {
    await run('init --defaults --name shop')
    try {
      expect((await run('up --local --yes --target rds:instance/main')).stdout).toMatch(/\d\d created/)
      expect((await run('down --local --yes --delete-data')).stdout).toContain('Nothing is left of shop-dev.')
    } finally {
      await run('local stop')
    }
    expect(readdirSync(installed.work)).toEqual(['ecom-infra.yaml'])
    expect(readdirSync(join(installed.env.HOME ?? '', 'state/ecom-infra'))).toEqual(['local.log'])
  })
})

/** What the shell passes on when this is typed, keys included. */
async function typed(python: string, bash: string, lines: readonly string[]): Promise<string> {
  // In place of the program stands a function that shows its words.
  const prepare = [`PS1='> '`, `ecom-infra() { printf '[%s]' "$@"; echo; }`, `bind 'set bell-style none'`]
  const shell = spawn(python, ['-I', PTY, '200', '40', bash, '-i'], {
    cwd: installed.work,
    env: { ...installed.env, SHELL: bash },
    // The fourth is for sizes.
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  })
  let shown = ''
  shell.stdout?.setEncoding('utf8').on('data', (data: string) => {
    shown += data
  })
  shell.stdin?.write([...prepare, ...lines, 'exit', ''].join('\r'))
  await new Promise((resolve) => shell.once('close', resolve))
  return shown
}

describe('completion in bash', () => {
  it('completes commands, topics, flags and files after the setup that is advised', async (test) => {
    writeFileSync(join(installed.work, 'ecom-infra.yaml'), '')
    const bash = needs(test, { program: 'bash', debian: 'bash' })
    const python = pythonFor(test)
    const { stdout } = await run('autocomplete bash')
    const setup = /printf "\$\(ecom-infra autocomplete script bash\)" >> ~\/\.bashrc/.exec(stdout)?.[0]
    await promisify(execFile)(bash, ['-c', setup ?? 'false'], { env: installed.env })
    mkdirSync(join(installed.work, 'pages'))
    const shown = await typed(python, bash, [
      'ecom-infra dow\t--local --del\t',
      'ecom-infra state li\t--reg\teu-west-1',
      'ecom-infra local sto\t',
      'ecom-infra help sit\tpu\t',
      'ecom-infra site push pag\t --dry\t',
      'ecom-infra up --config eco\t--ref\t',
    ])
    expect(shown).toContain('[down][--local][--delete-data]')
    expect(shown).toContain('[state][list][--region][eu-west-1]')
    expect(shown).toContain('[local][stop]')
    expect(shown).toContain('[help][site][push]')
    expect(shown).toContain('[site][push][pages/][--dry-run]')
    expect(shown).toContain('[up][--config][ecom-infra.yaml][--refresh-ami]')
  })
})
