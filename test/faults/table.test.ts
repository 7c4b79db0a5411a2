import { expect, it } from 'vitest'
import { optionsOf } from './options.ts'
import { tableOf } from './table.ts'
import type { Kind, Outcome } from './trial.ts'

const outcome: Outcome = {
  ...{
    points: 3,
    converged: 2,
    duplicates: ['vpc main'],
    leftovers: [],
    calls: 1_500,
    undisturbed: 1_000,
    problems: [],
  },
}
const kind = (name: string): Kind => ({ name, trials: ['a', 'b'].map((id) => ({ id, run: async () => outcome })) })

it('adds up what the trials of a kind came to, and leaves out what has not been tried', () => {
  const result = { kind: 'killed', seconds: 1, at: 0, outcome, sources: '' }
  const results = new Map([
    ['killed: a', { ...result, trial: 'a' }],
    ['killed: b', { ...result, trial: 'b', outcome: { ...outcome, leftovers: ['bucket'], undisturbed: null } }],
    ['lost: a', { ...result, kind: 'lost', trial: 'a' }],
  ])
  const [, , ...rows] = tableOf([kind('killed'), kind('lost')], results).split('\n')
  expect(rows).toEqual([
    '| killed | 6 | 4 | 2 | 1 | 3,000 |  |',
    '| lost | 3 | 2 | 1 | 0 | 1,500 | × 1.50 |',
    '| all | 9 | 6 | 3 | 1 | 4,500 |  |',
  ])
})

it('takes a part of the trials only where it is told which one', () => {
  expect(optionsOf(['--shard', '2/3'])).toMatchObject({ shard: '2/3', index: 2, count: 3 })
  expect(optionsOf([])).toMatchObject({ shard: 'all', index: 1, count: 1, jobs: 2, fresh: false })
  for (const wrong of ['0/3', '4/3', 'x', '1/2.5', '/']) expect(() => optionsOf(['--shard', wrong])).toThrow('--shard')
  expect(() => optionsOf(['--jobs', '0'])).toThrow('--jobs')
})
