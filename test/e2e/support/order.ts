import type { Call } from '../../support/proxy.ts'

/** Some of the calls of a run: by their operation, what they are about, and what AWS said. */
export interface Sign {
  readonly action: string
  /** A name, or the address of a thing whose id then counts: in the path or in what was sent. */
  readonly about: readonly string[]
  /** Only answers that say so. */
  readonly told: RegExp | null
}

/** What must be over before something else begins. `source` is a section of aws-behaviours.md. */
export interface Rule {
  readonly before: Sign
  readonly after: Sign
  readonly source: string
}

export const call = (action: string, ...about: readonly string[]): Sign => ({ action, about, told: null })

/** AWS has said it at least once. */
export const told = (action: string, says: RegExp, ...about: readonly string[]): Sign => ({ action, about, told: says })

/** Rules of one section. */
export const rules = (source: string, ...pairs: readonly (readonly [before: Sign, after: Sign])[]): readonly Rule[] =>
  pairs.map(([before, after]) => ({ before, after, source }))

export type Ids = Readonly<Record<string, string>>

export const nameOf = ({ before, after, source }: Rule): string => `${wordsOf(before)} < ${wordsOf(after)} (${source})`

const wordsOf = ({ action, about, told: says }: Sign): string =>
  [action, ...about, ...(says === null ? [] : [`says ${says.source}`])].join(' ')

/** Why the recording breaks the rule; null where it keeps it. */
export function broken({ before, after }: Rule, calls: readonly Call[], ids: Ids): string | null {
  const [earlier, later] = [before, after].map((sign) => calls.filter((one) => fits(sign, one, ids))) as [
    Call[],
    Call[],
  ]
  if (later.length === 0) return `${wordsOf(after)}: never seen`
  if (earlier.length === 0) return `${wordsOf(before)}: never seen`
  const began = Math.min(...later.map((one) => one.began))
  const inTime = earlier.filter(({ answered }) => answered > 0 && answered < began)
  // One answer that says so is enough; what has to be done has to be done with all of it.
  const kept = before.told === null ? inTime.length === earlier.length : inTime.length > 0
  return kept ? null : `${wordsOf(after)} begins at ${began}, when ${inTime.length} of ${earlier.length} are over`
}

export function fits({ action, about, told: says }: Sign, one: Call, ids: Ids): boolean {
  if (!isCalled(action, one.action)) return false
  const text = `${plain(one.path)} ${plain(one.sent)}`
  return about.every((what) => text.includes(idIn(what, ids))) && (says === null || says.test(one.got))
}

/** Whether any rule is about this operation. */
export const isRuled = (table: readonly Rule[], action: string): boolean =>
  table.some(({ before, after }) => isCalled(before.action, action) || isCalled(after.action, action))

/** A service of REST calls its operations by their paths, in which `*` is a name. */
const isCalled = (wanted: string, action: string): boolean =>
  wanted === action || (wanted.includes('*') && new RegExp(`^${wanted.replaceAll('*', '[^/]+')}$`).test(action))

function idIn(what: string, ids: Ids): string {
  if (!/^[a-z0-9]+:[a-z-]+\/[a-z0-9-]+$/.test(what)) return what
  const id = ids[what]
  if (id === undefined) throw new Error(`Nobody knows the id of ${what}.`)
  return id
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
