import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../support/proxy.ts'
import { broken, fits, type Ids, isRuled, nameOf, type Rule } from './support/order.ts'
import { DOWN } from './support/order-down.ts'
import { UP } from './support/order-up.ts'
import { type Document, openStack, type Stack, status, up } from './support/stack.ts'

/** Of the clean run, which `up` makes. */
const PACE = 0.01
const CONFIG = {
  access: { sshCidrs: ['203.0.113.7/32'] },
  monitoring: { alarmEmail: 'ops@example.com' },
  // With its role, which has to be there before the database.
  database: { enhancedMonitoringSeconds: 60 },
}

/** moto refuses little: the order in which things are asked for is all that it can show (moto.md 2.8). */
describe('the order of the calls', () => {
  let stack: Stack
  let made: readonly Call[]
  let unmade: readonly Call[]
  let ids: Ids

  beforeAll(async () => {
    stack = await openStack(CONFIG)
    const { proxy } = stack.account
    proxy.listen(true)
    await up(stack)
    made = proxy.calls
    proxy.reset()
    ids = Object.fromEntries((await status(stack)).resources.map(({ address, id }) => [address, id]))
    proxy.reset()
    await stack.json<Document>(['down', '--yes', '--delete-data'])
    unmade = proxy.calls
  })
  afterAll(() => stack?.close())

  const named = (table: readonly Rule[]) => table.map((rule) => [nameOf(rule), rule] as const)

  it.each(named(UP))('up: %s', (_, rule) => {
    expect(broken(rule, made, ids)).toBeNull()
  })

  it.each(named(DOWN))('down: %s', (_, rule) => {
    expect(broken(rule, unmade, ids)).toBeNull()
  })

  it('a database comes five minutes after the making of its parameter group was asked for (5.2)', () => {
    const [group, database] = ['CreateDBParameterGroup', 'CreateDBInstance'].map((action) =>
      made.find((one) => one.action === action),
    )
    // At this pace the way of a call through the emulator would count for seconds.
    const asked = Object.values(group?.form ?? {}).find((value) => /^\d{4}-\d\d-\d\dT/.test(value))
    expect((database?.at ?? 0) - Date.parse(asked ?? '')).toBeGreaterThanOrEqual(300 * PACE * 1_000)
  })

  describe('is checked in earnest', () => {
    const both = (): readonly (readonly [Rule, readonly Call[]])[] => [
      ...UP.map((rule) => [rule, made] as const),
      ...DOWN.map((rule) => [rule, unmade] as const),
    ]

    it('each rule once: more would say nothing new', () => {
      for (const table of [UP, DOWN]) expect(new Set(table.map(nameOf)).size).toBe(table.length)
    })

    it('whatever is made or deleted stands in a rule', () => {
      const unruled = (table: readonly Rule[], calls: readonly Call[], kind: RegExp) =>
        new Set(calls.map(({ action }) => action).filter((action) => kind.test(action) && !isRuled(table, action)))
      expect([...unruled(UP, made, /^(Create|Run|Allocate|POST )/)]).toEqual([])
      // Nothing hangs on a dashboard, nor on what was said in the state's bucket when all is over.
      const free = ['DeleteDashboards', 'DeleteObjects']
      expect([...unruled(DOWN, unmade, /^(Delete|Terminate|Release|Detach|Schedule|DELETE )/)].sort()).toEqual(free)
    })

    it('a call that comes too early breaks each of its rules', () => {
      for (const [rule, calls] of both()) {
        const first = calls.find((one) => fits(rule.after, one, ids))
        // Asked for before everything else, and answered then.
        const hasty = calls.map((one) => (one === first ? { ...one, began: -2, answered: -1 } : one))
        expect(broken(rule, hasty, ids), nameOf(rule)).toMatch(/begins at -2/)
      }
    })

    it('one that begins while what it needs is still under way is too early, too', () => {
      for (const [rule, calls] of both()) {
        const began = Math.min(...calls.filter((one) => fits(rule.after, one, ids)).map((one) => one.began))
        const slow = calls.map((one) => (fits(rule.before, one, ids) ? { ...one, answered: began + 1 } : one))
        expect(broken(rule, slow, ids), nameOf(rule)).toMatch(/when 0 of/)
      }
    })

    it('a rule about calls that nobody made is no proof', () => {
      for (const [rule, calls] of both()) {
        for (const sign of [rule.before, rule.after]) {
          const without = calls.filter((one) => !fits(sign, one, ids))
          expect(broken(rule, without, ids), nameOf(rule)).toMatch(/never seen/)
        }
      }
    })
  })
})
