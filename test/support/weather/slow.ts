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
    kind: { ...kindOf('instance'), lists: [...kindOf('instance').lists, ['instanceStatusSet', 'instanceId']] },
    seconds: 30,
    unready: (item) =>
      item.replace(
        /<instanceState>.*?<\/instanceState>/s,
        '<instanceState><code>0</code><name>pending</name></instanceState>',
      ),
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

interface Young {
  readonly slow: Slow
  readonly key: string
  readonly readyAt: number
  /** Looks that find it so in any case. */
  looks: number
}

/**
 * Holds new things in the state that AWS shows while it makes them, and for so many looks at the least: on a busy
 * machine the first may come late.
 */
export function slowStates(pace: number, looks = 0): SlowStates {
  const young: Young[] = []
  const shown = new Map<string, number>()
  const learn = (call: Call, body: string) => {
    const slow = SLOW.find(({ kind }) => kind.service === call.service && kind.maker === call.action)
    const key = slow?.kind.key(call, body)
    if (slow && key !== undefined) young.push({ slow, key, readyAt: Date.now() + slow.seconds * 1000 * pace, looks })
  }
  const showAs = (body: string, one: Young): string => {
    const { kind, unready } = one.slow
    const edited = inLists(kind, one.key, body, unready)
    if (edited === body) return body
    one.looks -= 1
    shown.set(kind.name, (shown.get(kind.name) ?? 0) + 1)
    return edited
  }
  const after = (call: Call, answer: Heard): Heard => {
    if (answer.status >= 300) return answer
    learn(call, answer.body)
    if (call.mutating) return answer
    const there = young.filter(({ slow }) => slow.kind.service === call.service)
    const unready = there.filter((one) => Date.now() < one.readyAt || one.looks > 0)
    return { ...answer, body: unready.reduce(showAs, answer.body) }
  }
  return { after, shown }
}

/** Edits the item of one thing in the listings of its kind. */
export const inLists = ({ lists }: Kind, key: string, body: string, edit: (item: string) => string): string =>
  lists.reduce((now, [list, element]) => {
    if (!now.startsWith('{')) return editItems(now, list, (it) => (it.includes(`<${element}>${key}<`) ? edit(it) : it))
    return editJson(now, list, (item) => {
      const text = JSON.stringify(item)
      return text.includes(`"${element}":"${key}"`) ? (JSON.parse(edit(text)) as typeof item) : item
    })
  }, body)
