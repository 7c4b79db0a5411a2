import { parseArgs } from 'node:util'

export interface Options {
  /** As given: `2/3`. `all` without it. */
  readonly shard: string
  readonly index: number
  readonly count: number
  /** Part of a kind's name; null: all of them. */
  readonly only: string | null
  readonly jobs: number
  readonly fresh: boolean
  readonly merge: boolean
}

export const USAGE = `npm run test:faults -- [--shard I/N] [--only KIND] [--jobs N] [--fresh] [--merge]

  --shard I/N   every N-th trial, from the I-th on
  --only KIND   the kinds whose name has this in it
  --jobs N      trials at once, each with an emulator of its own (2)
  --fresh       forget what an earlier run, cut short, has tried already
  --merge       try nothing: print the table of what the shards have left in .faults/
`

export function optionsOf(args: readonly string[]): Options {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const options = { shard: text, only: text, jobs: text, fresh: flag, merge: flag }
  const { values } = parseArgs({ args: [...args], options })
  const [index = 1, count = 1] = (values.shard ?? '1/1').split('/').map(Number)
  const jobs = Number(values.jobs ?? 2)
  if (!(index >= 1 && index <= count && Number.isInteger(index) && Number.isInteger(count)))
    throw new Error(`--shard ${values.shard}: it has to read 1/3, 2/3 or 3/3.`)
  if (!(Number.isInteger(jobs) && jobs >= 1)) throw new Error(`--jobs ${values.jobs}: it has to be 1 or more.`)
  return {
    ...{ shard: values.shard ?? 'all', index, count, only: values.only ?? null, jobs },
    ...{ fresh: values.fresh, merge: values.merge },
  }
}
