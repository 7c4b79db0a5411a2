import type { Call, Heard } from '../proxy.ts'
import { editItems, editJson } from './items.ts'
import { KINDS, type Kind } from './kinds.ts'
import type { Weather } from './weather.ts'
import { unknown } from './words.ts'

/** How long a new thing is hidden, in milliseconds. */
export interface Hiding {
  /** From reads and listings. */
  shown(): number
  /** From calls that use it: those are refused. */
  known(): number
  /** Up to this age the first of each way of meeting it fails: on a busy machine that may come late. */
  readonly once: number
}

export interface Hidden extends Weather {
  /** How often a thing of a kind was left out of an answer, by `kind`; and how often it was refused, by `service: kind`. */
  readonly missed: ReadonlyMap<string, number>
  readonly refused: ReadonlyMap<string, number>
}

interface Newborn {
  readonly kind: Kind
  readonly key: string
  readonly shownAt: number
  readonly knownAt: number
  readonly grownAt: number
  /** How often it was met in each way so far. */
  readonly met: Map<string, number>
}

/** One look may list twice, by tag and by id: a thing is missed in more than one. */
const FIRST: Readonly<Record<string, number>> = { listed: 3 }

/** What takes a thing away, or takes something from it, finds it (aws-behaviours.md 0.4 speaks of reads and uses). */
const LEAVING = /^(Delete|DELETE |Detach|Remove|Revoke|Release|Terminate|Disassociate|Schedule)/

/** Hides what was made a moment ago (aws-behaviours.md 0.4): eventual consistency, and roles that have to get about. */
export function hidden(hiding: Hiding): Hidden {
  const newborns: Newborn[] = []
  const templates = new Map<string, Call>()
  const [missed, refused] = [new Map<string, number>(), new Map<string, number>()]
  const count = (map: Map<string, number>, what: string) => map.set(what, (map.get(what) ?? 0) + 1)
  const isOut = (one: Newborn, until: number, way: string): boolean => {
    const now = Date.now()
    const out = now < until || (now < one.grownAt && (one.met.get(way) ?? 0) < (FIRST[way] ?? 1))
    count(one.met, way)
    return out
  }
  const before: Weather['before'] = (call) => {
    if (LEAVING.test(call.action)) return null
    for (const one of newborns.filter((each) => each.kind.maker !== call.action && names(call, each, templates))) {
      const answer = unknown(call, one.kind.name, one.key)
      const until = call.mutating ? one.knownAt : one.shownAt
      if (answer === null || !isOut(one, until, call.action)) continue
      count(refused, `${call.service}: ${one.kind.name}`)
      return answer
    }
    return null
  }
  const after: Weather['after'] = (call, answer) => {
    if (answer.status >= 300) return answer
    for (const kind of KINDS.filter(({ service, maker }) => service === call.service && maker === call.action)) {
      const key = kind.key(call, answer.body)
      if (key === undefined) throw new Error(`${call.action} does not tell what it has made.`)
      const now = Date.now()
      const times = { shownAt: now + hiding.shown(), knownAt: now + hiding.known(), grownAt: now + hiding.once }
      newborns.push({ kind, key, ...times, met: new Map() })
      if (kind.name === 'launch template') templates.set(key, call)
    }
    if (call.mutating) return answer
    return without(call, answer, (one) => {
      if (!isOut(one, one.shownAt, 'listed')) return false
      count(missed, one.kind.name)
      return true
    })
  }
  /** AWS's answer without those that are not shown yet. */
  const without = (call: Call, answer: Heard, isMissing: (one: Newborn) => boolean): Heard => {
    let { body } = answer
    for (const kind of KINDS.filter(({ service }) => service === call.service))
      for (const [list, element] of kind.lists) {
        const young = newborns.filter((one) => one.kind === kind)
        const drop = (item: string) => young.some((one) => item.includes(`<${element}>${one.key}<`) && isMissing(one))
        const dropJson = (item: unknown) =>
          young.some((one) => (item === one.key || field(item, element) === one.key) && isMissing(one))
        body = body.startsWith('{')
          ? editJson(body, list, (item) => (dropJson(item) ? null : item))
          : editItems(body, list, (item) => (drop(item) ? null : item))
      }
    return { ...answer, body }
  }
  return { before, after, missed, refused }
}

const field = (item: unknown, name: string): unknown => (item as Readonly<Record<string, unknown>> | null)?.[name]

/** Parameters that name nothing that has to be there: what is in a launch template is looked at when it is used. */
const HARMLESS = /^(Filter\.|TagSpecification|Tags?\.|ClientToken|Action|Version|Name$|LaunchTemplateData\.)/

/** Whether a call needs the thing. A group of servers needs what its launch template mentions. */
function names(call: Call, one: Newborn, templates: ReadonlyMap<string, Call>): boolean {
  const template = templates.get(call.form['LaunchTemplate.LaunchTemplateId'] ?? '')
  const inside = Object.entries(template?.form ?? {}).filter(([name]) => name.startsWith('LaunchTemplateData.'))
  const said = [...wordsOf(call).filter(([name]) => !HARMLESS.test(name)), ...inside]
  const { param = /./ } = one.kind
  return said.some(
    ([name, value]) =>
      param.test(name) &&
      value
        .split(',')
        .some((word) => word === one.key || (word.startsWith('arn:aws:iam:') && word.endsWith(`/${one.key}`))),
  )
}

/** What a call says, by parameter: in a form, in JSON, in the path. */
function wordsOf(call: Call): readonly (readonly [name: string, value: string])[] {
  if (Object.keys(call.form).length > 0) return Object.entries(call.form)
  const path = call.path.split(/[/?=&]/).map((word) => ['path', word] as const)
  return call.text.startsWith('{') ? [...path, ...leaves('', JSON.parse(call.text))] : path
}

function leaves(name: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[name, value]]
  if (Array.isArray(value)) return value.flatMap((item) => leaves(name, item))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => leaves(key, item))
}
