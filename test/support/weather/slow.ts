import type { Call, Heard } from '../proxy.ts'
import { editItems, editJson } from './items.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { Weather } from './weather.ts'

/** A thing that is made at once by the emulator, and takes its time on AWS. */
interface Slow {
  readonly kind: Kind
  /** Typical seconds until it is there. */
  readonly seconds: number
  /** Its item in a listing, as long as it is not. */
  readonly unready: (item: string) => string
}

const state = (kind: string, seconds: number, from: string, to: string): Slow => ({
  ...{ kind: kindOf(kind), seconds },
  unready: (item) => item.replace(from, to),
})

const SLOW: readonly Slow[] = [
  state('vpc', 4, '<state>available</state>', '<state>pending</state>'),
  state('subnet', 4, '<state>available</state>', '<state>pending</state>'),
  state('NAT gateway', 60, '<state>available</state>', '<state>pending</state>'),
  state('endpoint', 10, '<state>available</state>', '<state>pending</state>'),
  {
    ...{ kind: kindOf('instance'), seconds: 30 },
    unready: (item) =>
      item.replace(/<instanceState>.*?<\/instanceState>/s, '<instanceState><code>0</code><name>pending</name></instanceState>'),
  },
  state('load balancer', 90, '<Code>active</Code>', '<Code>provisioning</Code>'),
  {
    ...{ kind: kindOf('database'), seconds: 100 },
    unready: (item) =>
      item
        .replace('<DBInstanceStatus>available<', '<DBInstanceStatus>creating<')
        .replace(/<Endpoint>.*?<\/Endpoint>/s, ''),
  },
  state('file system', 15, '"available"', '"creating"'),
  state('mount target', 60, '"available"', '"creating"'),
]

export interface SlowStates extends Weather {
  /** How often a thing of a kind was shown in its slow state. */
  readonly shown: ReadonlyMap<string, number>
}

/** Holds new things in the state that AWS shows while it makes them. */
export function slowStates(pace: number): SlowStates {
  const born: { readonly slow: Slow; readonly key: string; readonly readyAt: number }[] = []
  const shown = new Map<string, number>()
  const after = (call: Call, answer: Heard): Heard => {
    if (answer.status >= 300) return answer
    for (const slow of SLOW.filter(({ kind }) => kind.service === call.service && kind.maker === call.action)) {
      const readyAt = Date.now() + slow.seconds * 1000 * pace
      born.push({ slow, key: slow.kind.key(call, answer.body) ?? '', readyAt })
    }
    if (call.mutating) return answer
    let { body } = answer
    for (const { slow, key, readyAt } of born.filter((one) => one.slow.kind.service === call.service)) {
      if (Date.now() >= readyAt) continue
      const edited = inLists(slow.kind, key, body, slow.unready)
      if (edited !== body) shown.set(slow.kind.name, (shown.get(slow.kind.name) ?? 0) + 1)
      body = edited
    }
    return { ...answer, body }
  }
  return { after, shown }
}

/** Edits the item of one thing in the listing of its kind. */
export function inLists({ lists }: Kind, key: string, body: string, edit: (item: string) => string): string {
  const [[list, element] = ['', '']] = lists
  if (body.startsWith('{')) {
    return editJson(body, list, (item) => {
      const text = JSON.stringify(item)
      return text.includes(`"${element}":"${key}"`) ? (JSON.parse(edit(text)) as typeof item) : item
    })
  }
  return editItems(body, list, (item) => (item.includes(`<${element}>${key}<`) ? edit(item) : item))
}
