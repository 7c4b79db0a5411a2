import { describe, expect, test } from 'vitest'
import { astrayFrom, type SavedPlan, savedPlan } from '../../src/app/saved-plan.ts'
import type { Live } from '../../src/engine/resource.ts'
import type { Action, Step } from '../../src/engine/steps.ts'
import { change, live, planOf, step, TARGET } from '../report/steps.ts'

const config = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' } as const
const consent = { adopt: [], replace: [], deleteData: false, refreshAmi: false } as const
const made = (...steps: readonly Step[]): SavedPlan =>
  savedPlan({ ...TARGET, config, consent, targets: [] }, planOf(...steps), { version: '0.1.0', at: new Date(0) })

const failed = (id: string): Live => ({ ...live(id), failed: 'no room' })
const at = (action: Action, there: Live | null = null, older: readonly Live[] = []) =>
  step('ec2:nat-gateway/a', { action, live: there, older, node: action === 'delete' ? null : ({} as Step['node']) })

const still = at('none', live('nat-1'))
const born = at('create')
const changed = at('update', live('nat-1'))
/** Changed, and an earlier one goes. */
const widowed = at('update', live('nat-1'), [live('nat-0')])
const renewed = at('replace', live('nat-1'), [live('nat-0')])
const leaving = at('delete', live('nat-1'))

describe('what an interrupted run has left to do', () => {
  test.each<[string, Step, Step]>([
    ['a creation: all of it', born, born],
    ['a creation: its second half', born, at('update', live('nat-2'))],
    ['a creation: again, since it failed', born, at('replace', failed('nat-2'))],
    ['a creation: again, since it failed twice', born, at('replace', failed('nat-2'), [failed('nat-3')])],
    ['a creation: what had failed first', born, at('update', live('nat-3'), [failed('nat-2')])],
    ['a change: all of it', changed, { ...changed, changes: [change('x', 1, 2)] }],
    ['a change: the earlier one, too', widowed, widowed],
    ['a change: the earlier one is gone', widowed, changed],
    ['a replacement: all of it', renewed, renewed],
    ['a replacement: the old one is gone', renewed, born],
    ['a replacement: the old one is gone, the one before it is not', renewed, at('replace', live('nat-0'))],
    ['a replacement: the old ones', renewed, at('update', live('nat-2'), [live('nat-1'), live('nat-0')])],
    ['a replacement: again, since it failed', renewed, at('replace', failed('nat-2'), [live('nat-1')])],
    ['a deletion: all of it', leaving, leaving],
    ['a change: nothing', changed, still],
  ])('is the rest of %s', (_, planned, now) => {
    expect(astrayFrom(made(planned), planOf(now))).toEqual([])
  })

  test.each<[string, Step, Step, string]>([
    ['untouched, is made', still, born, 'nothing, now it is create'],
    ['untouched, is changed', still, changed, 'nothing, now it is update nat-1'],
    ['untouched, has failed', still, at('replace', failed('nat-1')), 'nothing, now it is replace nat-1'],
    ['untouched, goes', still, leaving, 'nothing, now it is delete nat-1'],
    ['new, is blocked', born, at('blocked', live('nat-9')), 'create, now it is blocked nat-9'],
    ['new, is replaced though it is well', born, at('replace', live('nat-2')), 'create, now it is replace nat-2'],
    ['new, takes another with it', born, widowed, 'create, now it is update nat-1 with nat-0'],
    ['new, goes', born, leaving, 'create, now it is delete nat-1'],
    ['changed, is made anew', changed, born, 'update nat-1, now it is create'],
    ['changed, is another', changed, at('update', live('nat-7')), 'update nat-1, now it is update nat-7'],
    ['changed, is replaced', changed, at('replace', live('nat-1')), 'update nat-1, now it is replace nat-1'],
    ['changed, has failed', changed, at('replace', failed('nat-1')), 'update nat-1, now it is replace nat-1'],
    [
      'changed, is gone, and an earlier one is not',
      widowed,
      at('replace', live('nat-0')),
      'update nat-1 with nat-0, now it is replace nat-0',
    ],
    [
      'changed, takes another with it',
      changed,
      at('update', live('nat-1'), [failed('nat-5')]),
      'update nat-1, now it is update nat-1 with nat-5',
    ],
    ['changed, goes', changed, leaving, 'update nat-1, now it is delete nat-1'],
    [
      'replaced, is another',
      renewed,
      at('replace', live('nat-7')),
      'replace nat-1 with nat-0, now it is replace nat-7',
    ],
    ['replaced, goes for good', renewed, leaving, 'replace nat-1 with nat-0, now it is delete nat-1'],
    ['deleted, is made anew', leaving, born, 'delete nat-1, now it is create'],
    ['deleted, is changed', leaving, changed, 'delete nat-1, now it is update nat-1'],
    ['deleted, is replaced', leaving, at('replace', live('nat-1')), 'delete nat-1, now it is replace nat-1'],
    ['deleted, is another', leaving, at('delete', live('nat-7')), 'delete nat-1, now it is delete nat-7'],
  ])('is not what was to be %s', (_, planned, now, words) => {
    expect(astrayFrom(made(planned), planOf(now))).toEqual([`ec2:nat-gateway/a: planned was ${words}`])
  })

  test('what hangs on something that has failed goes with it', () => {
    const balancer = (now: Partial<Step>) => step('elbv2:load-balancer/web', now)
    const listener = (now: Partial<Step>) => step('elbv2:listener/http', { after: ['elbv2:load-balancer/web'], ...now })
    const planned = made(balancer({ action: 'create' }), listener({ action: 'create' }))
    const again = listener({ action: 'replace', live: live('listener-1') })
    expect(astrayFrom(planned, planOf(balancer({ action: 'replace', live: failed('alb-1') }), again))).toEqual([])
    expect(astrayFrom(planned, planOf(balancer({ action: 'update', live: live('alb-1') }), again))).toEqual([
      'elbv2:listener/http: planned was create, now it is replace listener-1',
    ])
    const kept = made(balancer({ action: 'create' }), listener({ action: 'update', live: live('listener-1') }))
    expect(astrayFrom(kept, planOf(balancer({ action: 'replace', live: failed('alb-1') }), again))).toHaveLength(1)
  })

  test('what the plan itself has done is not named, and an address only once', () => {
    const group = (action: Action, there: Live | null) => step('logs:log-group/web', { action, live: there })
    const both = made(born, group('update', live('/web')))
    expect(astrayFrom(both, planOf(still, group('create', null)))).toEqual([
      'logs:log-group/web: planned was update /web, now it is create',
    ])
    expect(astrayFrom(made(leaving), planOf(at('delete', live('nat-7')), at('delete', live('nat-8'))))).toEqual([
      'ec2:nat-gateway/a: planned was delete nat-1, now it is delete nat-7 and delete nat-8',
    ])
  })
})
