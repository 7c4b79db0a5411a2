import { basename } from 'node:path'
import { Refused } from '../engine/errors.ts'
import { checkConfig, SAMPLE } from './check.ts'
import { complaintAt } from './judge.ts'
import { BLUEPRINTS, type Blueprint } from './names.ts'
import { ConfigError, placed } from './problem.ts'
import { regionOf } from './regions.ts'
import type { Config } from './schema.ts'

/** What every stack must be told. Text, because a person typed it: `checkConfig` says what is right. */
export interface Answers {
  readonly blueprint: string
  readonly name: string
  readonly environment: string
  readonly region: string
}

/** In the order in which they are asked, and then written. */
const REQUIRED = ['blueprint', 'name', 'environment', 'region'] as const

/** What is known already; what is not is left out or undefined, as flags come. */
export type Given = { readonly [Q in keyof Answers]?: string | undefined }

interface Surroundings {
  readonly dir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What to offer when nothing was said: the directory's name, the shell's region. */
export function suggestAnswers({ dir, env }: Surroundings): Answers {
  const blueprint: Blueprint = BLUEPRINTS[0]
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || SAMPLE.region
  return { blueprint, name: nameFrom(basename(dir)), environment: SAMPLE.environment, region }
}

/** A directory's name made into one that a stack may have. */
export function nameFrom(directory: string): string {
  const words = directory
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
  const name = words.slice(0, 20).replace(/-+$/, '')
  return complaintAt(SAMPLE, ['name'], name) === null ? name : SAMPLE.name
}

/** A region that may be offered: the shell's own when it is one. */
export function knownRegion(region: string): string {
  return regionOf(region) === undefined ? SAMPLE.region : region
}

/** Where a region that no flag has named was suggested from; undefined: it is ours. */
export const regionVariable = (env: Surroundings['env']): string | undefined =>
  ['AWS_REGION', 'AWS_DEFAULT_REGION'].find((name) => env[name])

/**
 * The config that the answers make, or one refusal for all that is wrong with them, by flag, or by the variable that
 * the region came from.
 */
export function configFrom(answers: unknown, variable?: string): Config {
  const checked = checkConfig(answers)
  if (checked.ok) return checked.config
  const sourceOf = (field: string) => (field === 'region' && variable !== undefined ? variable : `--${field}`)
  const problems = checked.findings.map((finding) =>
    placed(finding, { file: sourceOf(String(finding.path[0])), line: null, column: null }),
  )
  const alone = problems.every(({ file }) => file === variable)
  throw new ConfigError(alone ? 'The environment' : 'The command line', problems)
}

/** Refuses wrong flags before the first question, so that nobody answers all to learn of the last. */
export function checkGiven(given: Given): void {
  configFrom({ ...SAMPLE, ...withoutHoles(given) })
}

/** All answers, or a refusal that names each one that is missing: nobody is there to be asked. */
export function requireAnswers(given: Given): Answers {
  const missing = REQUIRED.filter((flag) => given[flag] === undefined)
  const { blueprint, name, environment, region } = given
  if (blueprint !== undefined && name !== undefined && environment !== undefined && region !== undefined) {
    return { blueprint, name, environment, region }
  }
  const flags = missing.map((flag) => `--${flag}`).join(', ')
  throw new Refused('MissingAnswer', `Nobody can be asked here, and these are missing: ${missing.join(', ')}.`, {
    hint: `Give ${flags} to \`ecom-infra init\`, or --defaults for what it suggests, or write them to ecom-infra.yaml.`,
  })
}

/** The first over the second, where undefined is no answer. */
export function answersOver(given: Given, fallback: Answers): Answers {
  return { ...fallback, ...withoutHoles(given) }
}

function withoutHoles(given: Given): Partial<Answers> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}
