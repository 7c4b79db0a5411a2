import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkConfig, checkStored } from '../../src/config/check.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { type Config, configSchema } from '../../src/config/schema.ts'
import { renderConfig } from '../../src/config/write.ts'
import { corpus, corpusFile, expectTellable, nasty, spoiled, working } from '../support/hostile.ts'

const LEAST = 'name: shop\nenvironment: dev\nregion: us-east-1\nblueprint: ecommerce\n'
const FULL = `${LEAST}tags: { owner: web-team, "a b": "c=d" } # whose
network: { cidr: 10.20.0.0/16, availabilityZones: 2, nat: single }
access:
  sshCidrs:
    - 203.0.113.7/32
web: &web
  instanceType: "t3.micro"
monitoring: { alarmEmail: 'ops@example.com' }
database: { storageGb: 20, multiAz: false }
`

const CONNECTION = 'arn:aws:codeconnections:us-east-1:123456789012:connection/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f'
const GITHUB = { source: 'github', repository: 'web/shop', connectionArn: CONNECTION }

/** The config, or the refusal. Anything else that is thrown is a bug, and a test that takes long is one, too. */
function outcomeOf(load: () => Config): Config | ConfigError {
  const worked = working()
  try {
    return load()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  } finally {
    expect(worked()).toBeLessThan(3)
  }
}

const outcomeOfText = (text: string) => outcomeOf(() => loadConfig('/x/ecom-infra.yaml', { read: () => text }).config)

function expectSound(outcome: Config | ConfigError): void {
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  if (outcome instanceof ConfigError) {
    expect(outcome).toMatchObject({ code: 'InvalidConfig', exit: 2 })
    expect(outcome.problems.length).toBeGreaterThan(0)
    expectTellable(outcome.message)
    expectTellable(JSON.stringify(outcome.problems).replaceAll(/\\[nrt]/g, ''))
    for (const { line, column } of outcome.problems)
      expect(line === null || (line > 0 && Number(column) > 0)).toBe(true)
    return
  }
  expect(configSchema.parse(outcome)).toEqual(outcome)
  expect(checkStored(outcome)).toMatchObject({ ok: true })
  const again = loadConfig('/x/again.yaml', { read: () => renderConfig(outcome, '/x/again.yaml') }).config
  // What has no effect yet is not written.
  expect({ ...again, pipeline: null }).toEqual({ ...outcome, pipeline: null })
}

/** What is said of each file first; null: nothing is wrong with it. */
const SAID: Readonly<Record<string, string | null>> = {
  ...{ 'alias-as-key': 'where a name should be', 'alias-to-itself': 'is', 'anchor-circle': 'is a mapping, not text' },
  ...{ 'billion-laughs': 'uses aliases more than 100 times', date: 'is text, not true or false' },
  ...{ 'deep-block': 'nested too deeply', 'deep-flow': 'nested too deeply', 'deep-mapping': 'nested too deeply' },
  ...{ direction: 'has a character in its name', directive: 'unknown directive', elf: 'is not text in UTF-8' },
  ...{
    'half-a-letter': 'is not text in UTF-8',
    'huge-number': 'not a whole number',
    'latin-1': 'is not text in UTF-8',
  },
  ...{ 'list-as-key': 'where a name should be', 'long-name': 'is not', 'long-value': 'is unknown' },
  ...{
    'many-anchors': 'at most one anchor',
    'many-documents': 'a second YAML document',
    'many-faults': 'tabs are not',
  },
  ...{ 'many-fields': 'is not a field', 'many-networks': 'has 800 entries', 'many-tags': 'has 500 entries' },
  ...{
    'mapping-as-key': 'where a name should be',
    'merge-keys': 'is not a field',
    'minus-zero': 'allowed: 20 to 65536',
  },
  ...{ 'newline-in-name': 'is not a valid name', nul: 'is not text in UTF-8', 'only-a-bracket': 'is not YAML' },
  ...{ 'only-a-quote': 'is not YAML', 'only-an-alias': 'which no anchor defines', 'only-null': 'is empty' },
  ...{ overlong: 'is not text in UTF-8', png: 'is not text in UTF-8', proto: 'is not a field of the config' },
  ...{
    'proto-section': 'is not a field of web',
    'proto-tag': 'is no name for anything',
    'secret-as-name': '(not shown)',
    'secret-bare': '(not shown)',
    'secret-bearer': '(not shown)',
    'secret-colon': '(not shown)',
  },
  ...{
    'secret-fields': '(not shown)',
    'secret-in-alias': 'which no anchor defines',
    'secret-in-tag': 'unresolved tag',
  },
  ...{
    'secret-as-alias': ':6:13  uses an alias, which no anchor defines; a value that begins with * needs quotes',
    'secret-as-block': ':6:14  is not YAML: text on the line of | or >; a value that begins with',
    'secret-as-bracket': ':6:13  is not YAML: something stands here that does not belong here',
    'secret-as-directive': ':1:1  is not YAML: unknown directive',
    'secret-as-escape': ':6:14  is not YAML: invalid escape sequence',
    'secret-as-folded': ':6:14  is not YAML: text on the line of | or >; a value that begins with',
    'secret-as-handle': ':6:13  is not YAML: unresolved tag; a value that begins with ! needs quotes',
    'secret-as-omap': ':6:13  is not YAML: unresolved tag',
    'secret-as-tag': ':6:13  is not YAML: unresolved tag; a value that begins with ! needs quotes',
  },
  ...{ 'secret-in-url': '(not shown)', 'secret-key': '(not shown)', sexagesimal: 'is not a daily window' },
  ...{ 'shell-everywhere': 'is not a valid name', 'shell-name': 'is not a valid name' },
  ...{ 'tag-of-bytes': 'not true or false', 'tag-of-code': 'unresolved tag', 'tag-of-python': 'unresolved tag' },
  ...{ terminal: 'is not a field', 'terminal-alias': 'is not YAML', 'terminal-raw': 'is not' },
  ...{ 'terminal-tag': 'is not YAML', twice: 'is given twice', 'twice-by-another-name': 'is given twice' },
  ...{ 'utf-16': 'is not text in UTF-8', 'utf-16-unmarked': 'is not text in UTF-8', 'yaml-1.1': 'is YAML 1.1' },
  ...{ 'ok-bom-crlf': null, 'ok-cr': null, 'ok-json': null, 'ok-strange-tags': null },
}

describe('the corpus', () => {
  test.each(corpus('config'))('%s', (file) => {
    const outcome = outcomeOf(() => loadConfig(corpusFile('config', file)).config)
    expectSound(outcome)
    const said = SAID[basename(file, '.yaml')]
    if (said === null) expect(outcome).not.toBeInstanceOf(ConfigError)
    else expect(outcome instanceof ConfigError ? outcome.message : 'nothing is wrong').toContain(said)
  })

  test('is all of it judged', () => {
    expect(
      corpus('config')
        .map((file) => basename(file, '.yaml'))
        .sort(),
    ).toEqual(Object.keys(SAID).sort())
  })
})

/** As large as a config may be. */
const largest = (piece: (index: number) => string): string => {
  let text = ''
  for (let index = 0; text.length < 128 * 1024 - 300; index++) text += piece(index)
  return text
}

test.each([
  ['fields', LEAST + largest((index) => `k${index}: 1\n`)],
  ['networks', `${LEAST}access: { sshCidrs: [${largest((index) => `${index}, `)}] }`],
  ['faults', largest(() => '\t: [\n')],
])('a file that is full of %s is judged in time', (_, text) => {
  const outcome = outcomeOfText(text)
  expect(outcome).toBeInstanceOf(ConfigError)
  expectSound(outcome)
})

describe('whatever the file holds, it is a config or a refusal that can be shown', () => {
  test('noise', () =>
    fc.assert(
      fc.property(nasty, (text) => expectSound(outcomeOfText(text))),
      { numRuns: 300 },
    ))

  test('a good file that somebody has spoiled', () => {
    fc.assert(
      fc.property(spoiled(FULL), (text) => expectSound(outcomeOfText(text))),
      { numRuns: 300 },
    )
  })

  test('a good file with something of anybody in one place', () => {
    const places = [
      'name: shop',
      'us-east-1',
      'web-team',
      'owner',
      '"a b"',
      '203.0.113.7/32',
      't3.micro',
      'ops@example.com',
    ]
    const placed = fc.tuple(fc.constantFrom(...places), nasty).map(([place, text]) => FULL.replace(place, () => text))
    fc.assert(
      fc.property(placed, (text) => expectSound(outcomeOfText(text))),
      { numRuns: 300 },
    )
  })

  test('values from elsewhere', () => {
    const key = fc.oneof(nasty, fc.constantFrom(...Object.keys(configSchema.shape), 'cidr', 'sshCidrs', 'password'))
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 4 }, nasty, fc.double(), fc.boolean(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('any'), { maxLength: 4 }),
      map: fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
    })).map
    const least = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' }
    const judged = (input: object) => {
      const checked = checkConfig(input)
      if (checked.ok) expectSound(checked.config)
      else expect(checked.findings.length).toBeGreaterThan(0)
    }
    fc.assert(
      fc.property(value, (map) => judged(JSON.parse(JSON.stringify({ ...least, ...(map as object) })))),
      {
        numRuns: 200,
      },
    )
  })

  test('every text of a config that is accepted is one that is allowed there', () => {
    const text = fc.oneof(nasty, fc.string({ unit: fc.constantFrom(...'aZ9 _.:/=+@-#(\n') }))
    const filled = fc.record({
      ...{ name: fc.constant('shop'), environment: fc.constant('dev'), region: fc.constant('us-east-1') },
      ...{
        blueprint: fc.constant('ecommerce'),
        tags: fc.dictionary(text, text, { maxKeys: 2, noNullPrototype: true }),
      },
      pipeline: text.map((branch) => ({ ...GITHUB, branch })),
    })
    let accepted = 0
    const judged = (input: object) => {
      const checked = checkConfig(input)
      if (!checked.ok) return
      accepted++
      expectSound(checked.config)
      const texts = [...Object.entries(checked.config.tags).flat(), checked.config.pipeline.branch]
      for (const one of texts) expect(one).not.toMatch(/[\p{Cc}\p{Cf}`$;|&<>"'\\*?(){}[\]!~^]/u)
    }
    fc.assert(fc.property(filled, judged), { numRuns: 600 })
    expect(accepted).toBeGreaterThan(5)
  })
})
