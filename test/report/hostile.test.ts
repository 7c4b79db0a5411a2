import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Failed } from '../../src/engine/errors.ts'
import { pictureOf } from '../../src/report/diagram/diagram.ts'
import { svgOf } from '../../src/report/diagram/svg.ts'
import { drawioOf } from '../../src/report/diagram/xml.ts'
import { errorDocument } from '../../src/report/error-document.ts'
import { errorText } from '../../src/report/error-text.ts'
import { historyText, stateListText, stateShowText } from '../../src/report/state-text.ts'
import { libpqVariables, type TunnelFacts } from '../../src/report/tunnel-document.ts'
import { exportsText } from '../../src/report/tunnel-text.ts'
import { expectTellable, nasty, SECRETS } from '../support/hostile.ts'
import { descendants, parseXml } from '../support/xml.ts'
import { ABOUT, graphOf } from './diagram-sheet.ts'

/** What no program can be given, and no XML can hold. */
const written = nasty.map((text) => text.replaceAll(/\0|\p{Cs}/gu, ''))

test('a picture is whole, and names in it are words, whatever they are', () => {
  const names = (xml: string) => descendants(parseXml(xml)).map(({ name }) => name)
  const picture = pictureOf(graphOf(), ABOUT)
  const [box] = picture.boxes
  const small = { ...picture, boxes: box ? [box] : [], ways: [] }
  const [plain, plainSvg] = [names(drawioOf(small)), names(svgOf(small))]
  const judged = (text: string) => {
    const odd = { ...small, title: text, boxes: small.boxes.map((one) => ({ ...one, id: `x${text}`, lines: [text] })) }
    expect(names(drawioOf(odd))).toEqual(plain)
    expect([...new Set(names(svgOf(odd)))]).toEqual([...new Set(plainSvg)])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no place for them
    expect(drawioOf(odd) + svgOf(odd)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff]/)
  }
  fc.assert(fc.property(nasty, judged), { numRuns: 300 })
})

test('the lines for a shell set what they say, and run nothing, whatever AWS has answered', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-exports-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const facts = fc.record({
    ...{
      stack: written,
      region: written,
      port: fc.constant(5432),
      instance: fc.constant(null),
      rootCertificates: written,
    },
    bastion: fc.constant({ host: 'x', port: 22, user: 'y' }),
    database: fc.record({ id: written, host: written, name: written, user: written, secretArn: written }),
  })
  const judged = (one: TunnelFacts) => {
    const script = `${exportsText(one)}\nenv -0`
    const said = execFileSync('sh', ['-c', script], { cwd: folder, env: { PATH: process.env.PATH }, encoding: 'utf8' })
    const seen = Object.fromEntries(said.split('\0').map((line) => line.split(/=(.*)/s)))
    expect(seen).toMatchObject(libpqVariables(one))
    expect(readdirSync(folder)).toEqual([])
  }
  fc.assert(fc.property(facts, judged), { numRuns: 40 })
})

describe('what AWS or a stranger has written', () => {
  const options = { color: false, width: 120 }

  test('is told without a code or a secret when it is an error', () => {
    const message = fc.tuple(nasty, fc.constantFrom(...SECRETS.map((secret) => `password=${secret}`), 'no more'), nasty)
    const judged = ([before, secret, after]: readonly string[]) => {
      const words = `${before} ${secret} ${after}`
      const details = { hint: before, address: after, action: before, awsCode: 'Odd', requestId: after }
      const problem = new Failed('Odd', words, { ...details, cause: new Error(words) })
      for (const one of SECRETS) expect(JSON.stringify(errorDocument(problem))).not.toContain(one)
      expectTellable(errorText(problem, { color: false }))
    }
    fc.assert(fc.property(message, judged), { numRuns: 200 })
  })

  test('is told without a code, and in rows of a bounded width, when the state holds it', () => {
    const resource = fc.record({ address: nasty, type: nasty, id: nasty })
    const list = fc.record({
      ...{ stack: fc.constant('shop-dev'), resources: fc.array(resource, { maxLength: 3 }) },
      announced: fc.array(fc.record({ address: nasty, at: nasty }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(list, (one) => expectTellable(stateListText(one, options))),
      { numRuns: 100 },
    )
    fc.assert(
      fc.property(fc.dictionary(nasty, nasty), (one) => expectTellable(stateShowText(one), 1e6)),
      { numRuns: 100 },
    )
    const wide = { address: 'a'.repeat(1e6), type: 'x', id: 'b' }
    const rows = Array.from({ length: 200 }, () => ({ ...wide, address: 'a' }))
    const text = stateListText({ stack: 'shop-dev', resources: [wide, ...rows], announced: [] }, { color: false })
    expect(text.length).toBeLessThan(200_000)
  })

  test('is told without a code when it is the history', () => {
    const run = fc.record({
      ...{ started: nasty, ended: fc.option(nasty), command: nasty, outcome: nasty },
      summary: fc.dictionary(nasty, fc.integer()),
    })
    const history = fc.record({ stack: fc.constant('shop-dev'), runs: fc.array(run), unreadable: fc.array(nasty) })
    const judged = (one: Parameters<typeof historyText>[0]) =>
      expectTellable(historyText(one, options).replaceAll('\n', ''), 1e6)
    fc.assert(fc.property(history, judged), { numRuns: 50 })
  })
})
