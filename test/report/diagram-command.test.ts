import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Config } from '@oclif/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DiagramDocument } from '../../src/report/diagram/document.ts'
import { descendants, parseXml } from '../support/xml.ts'
import { readSheet } from './diagram-sheet.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CONFIG = join(ROOT, 'test/fixtures/architecture.yaml')

/** The command as it is in the sources: nothing needs to be built for this. */
async function diagram(...argv: readonly string[]) {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands', plugins: [], hooks: {} } }
  const config = await Config.load({ root: ROOT, pjson, ignoreManifest: true })
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text)
      return true
    }),
  )
  const log = vi.spyOn(console, 'log').mockImplementation((text: unknown) => {
    said.stdout += `${String(text)}\n`
  })
  try {
    const document = await config.runCommand<DiagramDocument>('diagram', [...argv])
    return { ...said, document, exit: process.exitCode }
  } finally {
    for (const spy of [...spies, log]) spy.mockRestore()
    process.exitCode = undefined
  }
}

let dir = ''
const from = process.cwd()
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ecom-infra-diagram-'))
  process.chdir(dir)
})
afterEach(() => {
  process.chdir(from)
  rmSync(dir, { recursive: true })
})

describe('the pictures in docs', () => {
  test.each(['docs/architecture.drawio', 'docs/architecture.svg'])('%s is current', async (path) => {
    await diagram('-c', CONFIG, '--out', join(dir, path.slice('docs/'.length)))
    const fresh = readFileSync(join(dir, path.slice('docs/'.length)), 'utf8')
    const command = `npx ecom-infra diagram -c test/fixtures/architecture.yaml --out ${path}`
    expect(fresh === readFileSync(join(ROOT, path), 'utf8'), `${path} is stale. Renew it: ${command}`).toBe(true)
  })
})

describe('diagram', () => {
  test('prints the XML, and nothing else', async () => {
    const { stdout, stderr } = await diagram('-c', CONFIG)
    expect(stdout).toBe(readFileSync(join(ROOT, 'docs/architecture.drawio'), 'utf8'))
    expect(stderr).toBe('')
    expect(readSheet(stdout).vertices.size).toBeGreaterThan(30)
  })

  test('writes the file, through a link, and says so', async () => {
    writeFileSync('real.drawio', 'old')
    symlinkSync('real.drawio', 'link.drawio')
    const { stdout } = await diagram('-c', CONFIG, '--out', 'link.drawio')
    expect(stdout).toBe('Wrote link.drawio: the blueprint ecommerce as shop-dev in us-east-1.\n')
    expect(readFileSync('real.drawio', 'utf8')).toMatch(/^<\?xml/)
  })

  test('draws an SVG where the file is called one', async () => {
    await diagram('-c', CONFIG, '--out', 'shop.SVG')
    const svg = parseXml(readFileSync('shop.SVG', 'utf8'))
    expect(svg.name).toBe('svg')
    const names = Map.groupBy(descendants(svg), ({ name }) => name)
    expect(names.get('polyline')?.length).toBeGreaterThan(20)
    expect(readFileSync('shop.SVG', 'utf8')).toContain('>PostgreSQL 5432<')
  })

  test('tells as a document where each resource is', async () => {
    const { stdout } = await diagram('-c', CONFIG, '--json')
    const document: DiagramDocument = JSON.parse(stdout)
    expect(document).toMatchObject({ schema: 'ecom-infra/diagram/1', stack: 'shop-dev', format: 'drawio', file: null })
    const cells = readSheet(document.content ?? '').vertices
    expect(document.resources.length).toBeGreaterThan(50)
    expect(document.resources.filter((one) => !one.cells.some((cell) => cells.has(cell)))).toEqual([])
    const written = JSON.parse((await diagram('-c', CONFIG, '--json', '--out', 'x.drawio')).stdout)
    expect(written).toMatchObject({ file: 'x.drawio', content: null })
  })

  test('draws the defaults where no config is, and says that it does', async () => {
    const { stdout, stderr } = await diagram()
    expect(stderr).toBe('There is no ecom-infra.yaml here: this is the blueprint ecommerce with its defaults.\n')
    expect(readSheet(stdout).vertices.has('rds:instance/main')).toBe(true)
  })

  test('finds the config of the folder, and refuses one that is wrong', async () => {
    writeFileSync('ecom-infra.yaml', 'name: tea\nenvironment: prod\nregion: eu-central-1\nblueprint: ecommerce\n')
    const { stdout } = await diagram()
    expect(readSheet(stdout).vertices.get('region')?.lines).toEqual(['Region eu-central-1'])
    expect(readSheet(stdout).vertices.has('zone eu-central-1b')).toBe(true)
    writeFileSync('ecom-infra.yaml', 'name: tea\n')
    expect((await diagram()).exit).toBe(2)
  })

  test('says where it cannot write', async () => {
    const { exit, stderr } = await diagram('-c', CONFIG, '--out', 'nowhere/x.drawio')
    expect(exit).toBe(2)
    expect(stderr).toContain('nowhere/x.drawio cannot be written: its directory does not exist.')
  })
})
