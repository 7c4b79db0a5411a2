import { expect, test } from 'vitest'
import type { Event } from '../../src/engine/events.ts'
import type { Layer } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import { OTHERS, Progress } from '../../src/ui/progress.ts'
import { finished, note, started } from './events.ts'

const layers = new Map<Address, Layer>([
  ['ec2:vpc/main', 'Network'],
  ['ec2:nat-gateway/a', 'Network'],
  ['ec2:subnet/a', 'Network'],
  ['autoscaling:group/web', 'Compute'],
])

function after(events: readonly Event[], pace = 1): Progress {
  const progress = new Progress(layers, pace)
  for (const event of events) progress.take(event, 0)
  return progress
}

test('the parts are those that were foreseen, in their order', () => {
  expect(new Progress(layers, 1).parts).toEqual(['Network', 'Compute'])
  expect(after([]).part('Network', 0)).toEqual({
    ...{ title: 'Network  0 of 3', final: 'Network  0 done' },
    ...{ empty: false, failures: [], running: [], state: 'open' },
  })
})

test('what runs is shown with its time, its typical time and why it waits', () => {
  const progress = after([
    ...[started('ec2:vpc/main', { seconds: 0 }), started('ec2:nat-gateway/a', { seconds: 120 })],
    note('ec2:nat-gateway/a', 'waiting for the gateway to be available'),
  ])
  expect(progress.busy).toBe(true)
  expect(progress.part('Network', 500).running).toEqual([
    'ec2:vpc/main',
    'ec2:nat-gateway/a  waiting for the gateway to be available',
  ])
  expect(progress.part('Network', 42_300).running).toEqual([
    'ec2:vpc/main  42 s',
    'ec2:nat-gateway/a  42 s of ~2 min  waiting for the gateway to be available',
  ])
  expect(progress.part('Network', 150_000).running[0]).toBe('ec2:vpc/main  3 min')
})

test('typical times follow the pace', () => {
  const progress = after([started('ec2:nat-gateway/a', { seconds: 120 })], 0.02)
  expect(progress.part('Network', 1_000).running).toEqual(['ec2:nat-gateway/a  1 s of ~2.4 s'])
})

test('what is done is only counted, and a part is over when all of it is', () => {
  const all = [...layers.keys()].slice(0, 3)
  const progress = after(all.flatMap((address) => [started(address), finished(address)]))
  expect(progress.part('Network', 0)).toEqual({
    ...{ title: 'Network  3 of 3', final: 'Network  3 done' },
    ...{ empty: false, failures: [], running: [], state: 'over' },
  })
})

test('failures are named', () => {
  const progress = after([
    ...[started('ec2:vpc/main'), finished('ec2:vpc/main', { outcome: 'failed', error: new Error('Full.') })],
    ...[finished('ec2:nat-gateway/a', { outcome: 'skipped' }), finished('ec2:subnet/a')],
  ])
  expect(progress.part('Network', 0)).toEqual({
    title: 'Network  1 of 3, 1 failed, 1 not done',
    final: 'Network  1 done, 1 failed, 1 not done',
    empty: false,
    failures: ['ec2:vpc/main failed: Full.'],
    running: [],
    state: 'failed',
  })
})

test('a check is shown only when it has changed something or failed', () => {
  const check = { deed: 'check' } as const
  const silent = after([started('new:x/1', check), finished('new:x/1', check), note('new:x/1', 'waiting')])
  expect(silent.moves).toBe(0)
  expect(silent.part(OTHERS, 0).empty).toBe(true)
  const corrected = after([started('new:x/1', check), finished('new:x/1', { deed: 'update' })])
  expect(corrected.part(OTHERS, 0).title).toBe('Others  1 of 1')
  const failed = after([finished('new:x/1', { ...check, outcome: 'failed', error: new Error('No.') })])
  expect(failed.part(OTHERS, 0).failures).toEqual(['new:x/1 failed: No.'])
})

test('an unknown address goes by the layer of its event, when that is on the board', () => {
  const progress = after([started('new:x/1', { layer: 'Compute' }), started('new:x/2', { layer: 'Watch' })])
  expect(progress.part('Compute', 0)).toMatchObject({ title: 'Compute  0 of 2', running: ['new:x/1'] })
  expect(progress.part(OTHERS, 0)).toMatchObject({ title: 'Others  0 of 1', running: ['new:x/2'] })
})

test('a done one that fails after all is counted once', () => {
  const progress = after([
    finished('ec2:vpc/main'),
    finished('ec2:vpc/main', { outcome: 'failed', error: new Error('x') }),
  ])
  expect(progress.part('Network', 0).title).toBe('Network  0 of 3, 1 failed')
})

test('many at once are shown in part', () => {
  const progress = after(Array.from({ length: 9 }, (_, index) => started(`new:x/${index}`)))
  expect(progress.part(OTHERS, 0).running.slice(-2)).toEqual(['new:x/5', '… and 3 more'])
})
