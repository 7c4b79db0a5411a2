import { kindOf } from './kinds.ts'
import { inLists } from './slow.ts'
import type { Weather } from './weather.ts'

/** The first NAT gateways end in `failed`, as AWS lets them: long after the call that asked for them was answered well. */
export function failingNat(
  times: number,
  code: string,
  message: string,
): Weather & { readonly failed: readonly string[] } {
  const kind = kindOf('NAT gateway')
  const failed: string[] = []
  const reason = `<failureCode>${code}</failureCode><failureMessage>${message}</failureMessage>`
  return {
    failed,
    after: (call, answer) => {
      if (call.service !== 'ec2' || answer.status !== 200) return answer
      const made = call.action === kind.maker ? kind.key(call, answer.body) : undefined
      if (made !== undefined && failed.length < times) failed.push(made)
      if (call.mutating) return answer
      const fail = (item: string): string => item.replace('<state>available</state>', `<state>failed</state>${reason}`)
      return { ...answer, body: failed.reduce((body, key) => inLists(kind, key, body, fail), answer.body) }
    },
  }
}
