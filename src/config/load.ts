import { lstatSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { codeOf, readText, whyUnread } from '../files/read.ts'
import { shellQuoted } from '../text/quoted.ts'
import { checkConfig } from './check.ts'
import type { Finding } from './finding.ts'
import { CONFIG_FILE } from './names.ts'
import { ConfigError, type ConfigProblem, fileProblem, placed } from './problem.ts'
import { type Config, type ConfigInput, isMapping } from './schema.ts'
import { type Parsed, parseYaml } from './yaml.ts'

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string
  readonly config: Config
  /** What was written, without the defaults: `notYet` speaks of this. */
  readonly given: ConfigInput
  readonly text: string
}

export interface LoadOptions {
  /** From `--region`: takes the place of the file's own, before the checks that depend on it. */
  readonly region?: string | undefined
  /** For tests: root may read everything. */
  readonly read?: (path: string) => string
}

/** A config is a page. What is longer is the wrong file. */
const MAX_BYTES = 128 * 1024
const ALLOWED = 'a YAML file with name, environment, region and blueprint'

/**
 * The file that was named, whether it exists or not, or the nearest `ecom-infra.yaml` from here upward; null when there is
 * none. What cannot be looked at counts as found: a refusal that names it is better than another stack's config.
 */
export function findConfig(startDir: string, explicit?: string): string | null {
  if (explicit !== undefined) return resolve(startDir, explicit)
  for (let dir = resolve(startDir); ; dir = dirname(dir)) {
    const candidate = join(dir, CONFIG_FILE)
    if (isThere(candidate)) return candidate
    if (dir === dirname(dir)) return null
  }
}

/** Reads and checks the whole file. Everything that is wrong with it is in the one error. */
export function loadConfig(
  path: string,
  { region, read = (name) => readText(name, MAX_BYTES) }: LoadOptions = {},
): LoadedConfig {
  const file = displayName(path)
  const text = textOf(path, { file, read })
  const parsed = parseYaml(text)
  const troubles = parsed.troubles.map((trouble) => ({ file, value: '', allowed: '', ...trouble }))
  if (parsed.data === null)
    throw new ConfigError(file, troubles.length > 0 ? troubles : [fileProblem(file, 'is empty', ALLOWED)])
  const input = region !== undefined && isMapping(parsed.data) ? { ...parsed.data, region } : parsed.data
  const checked = checkConfig(input)
  const findings = checked.ok ? [] : checked.findings
  const problems = [...troubles, ...findings.map((finding) => place(finding, { file, parsed, region }))]
  if (!checked.ok || problems.length > 0) throw new ConfigError(file, problems.sort(byPlace))
  return { path, config: checked.config, given: input as ConfigInput, text }
}

interface Source {
  readonly file: string
  readonly parsed: Parsed
  readonly region: string | undefined
}

function place(finding: Finding, { file, parsed, region }: Source): ConfigProblem {
  if (region !== undefined && finding.path[0] === 'region')
    return placed(finding, { file: '--region', line: null, column: null })
  return placed(finding, { file, ...parsed.locate(finding) })
}

function byPlace(one: ConfigProblem, other: ConfigProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    if (codeOf(error) === null) throw error
    return true
  }
}

function textOf(
  path: string,
  { file, read }: { readonly file: string; readonly read: (path: string) => string },
): string {
  try {
    return read(path)
  } catch (error) {
    const why = whyUnread(error, MAX_BYTES)
    if (why === null) throw error
    const missing = codeOf(error) === 'ENOENT'
    throw new ConfigError(
      file,
      [fileProblem(file, why, missing ? '' : ALLOWED)],
      missing ? `\`ecom-infra init --out ${shellQuoted(file)}\` writes one.` : undefined,
    )
  }
}

/** As the person would type it from here. */
function displayName(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') || isAbsolute(near) ? path : near || '.'
}
