import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Refused } from '../engine/errors.ts'
import { codeOf, readText, whyUnread } from '../files/read.ts'
import { shellQuoted } from '../text/quoted.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a file of the AWS CLI's tells of profiles: their names, and no more. */
interface Told {
  readonly path: string
  readonly names: readonly string[]
  /** After its name; null: it could be read. */
  readonly why: string | null
}

/** Such files hold hundreds of accounts at most. */
const MAX_BYTES = 4 * 1024 * 1024
/** More names help nobody. */
const MOST = 20

/**
 * Refuses a profile that no file has. The SDK would say no more than that there are no credentials, and on a machine
 * of AWS's it would go on with that machine's own, which are not those that were asked for.
 */
export function requireProfile(flag: string | undefined, env: Environment = process.env): void {
  const profile = flag ?? (env.AWS_PROFILE || undefined)
  const files = filesOf(env)
  // `default` is also what is meant by none.
  if (profile === undefined || profile === 'default') return
  const told = [toldIn(files.config, inConfig), toldIn(files.credentials, inCredentials)].filter((one) => one !== null)
  if (told.length < 2) return
  const names = [...new Set(told.flatMap((file) => file.names))]
  if (names.includes(profile)) return
  const looked = told.map(({ path, why }) => (why === null ? path : `${path} (${why})`)).join(' and ')
  const from = flag === undefined ? ' (AWS_PROFILE)' : ''
  const ways = `\`aws configure --profile ${shellQuoted(profile)}\` or \`aws configure sso\` writes one`
  throw new Refused('NoProfile', `There is no profile ${profile}${from} in ${looked}.`, {
    hint: names.length === 0 ? `There is no profile at all: ${ways}.` : `There are: ${listed(names)}. Or ${ways}.`,
  })
}

/** Where the SDK looks. */
function filesOf(env: Environment): { readonly config: string; readonly credentials: string } {
  const home = env.HOME || env.USERPROFILE || homedir()
  const at = (named: string | undefined, name: string) =>
    named === undefined || named === '' ? join(home, '.aws', name) : named.replace(/^~\//, () => `${home}/`)
  return {
    config: at(env.AWS_CONFIG_FILE, 'config'),
    credentials: at(env.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
  }
}

/** What the SDK reads nothing from either. */
const EMPTY = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENODEV', 'EACCES', 'EPERM'])

/** Null: only the SDK can tell, which takes letters of any kind, and a pipe can be read only once. */
function toldIn(path: string, nameIn: (section: string) => string | undefined): Told | null {
  try {
    if (statSync(path).isFIFO()) return null
    return { path, names: sections(readText(path, MAX_BYTES)).flatMap((section) => nameIn(section) ?? []), why: null }
  } catch (error) {
    return EMPTY.has(codeOf(error) ?? '') ? { path, names: [], why: whyUnread(error, MAX_BYTES) } : null
  }
}

const sections = (text: string): readonly string[] =>
  text.split(/\r?\n/).flatMap((line) => /^\s*\[([^\]\n]+)\]\s*(?:[;#]|$)/.exec(line)?.[1]?.trim() ?? [])

/** `[default]`, `[profile shop]`, `[profile "shop"]`: any other section there is none to the SDK either. */
const inConfig = (section: string): string | undefined =>
  section === 'default' ? section : /^profile\s+(["']?)(.+)\1$/.exec(section)?.[2]

const inCredentials = (section: string): string | undefined =>
  /^(profile|sso-session|services)\s/.test(section) ? undefined : section

const listed = (names: readonly string[]): string =>
  names.length <= MOST ? names.join(', ') : `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} others`
