import { keyOf, type Result } from './results.ts'
import type { Kind, Outcome } from './trial.ts'

const HEAD = ['kind of fault', 'points tried', 'converged', 'duplicates', 'leftovers', 'calls', 'to an undisturbed run']

/** One row for each kind. A trial without a result counts for nothing. */
export function tableOf(kinds: readonly Kind[], results: ReadonlyMap<string, Result>): string {
  const rows = kinds.map((kind) => [kind.name, ...cellsOf(outcomesOf(kind, results))])
  const every = kinds.flatMap((kind) => outcomesOf(kind, results))
  const lines = [HEAD, HEAD.map((_, index) => (index === 0 ? '---' : '---:')), ...rows, ['all', ...cellsOf(every)]]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const outcomesOf = (kind: Kind, results: ReadonlyMap<string, Result>): readonly Outcome[] =>
  kind.trials.flatMap(({ id }) => results.get(keyOf(kind.name, id))?.outcome ?? [])

function cellsOf(outcomes: readonly Outcome[]): readonly string[] {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + count(one), 0)
  const counts = [
    sum(({ points }) => points),
    sum(({ converged }) => converged),
    sum(({ duplicates }) => duplicates.length),
    sum(({ leftovers }) => leftovers.length),
    sum(({ calls }) => calls),
  ]
  return [...counts.map((count) => count.toLocaleString('en')), ratioOf(outcomes)]
}

/** How many more calls it took than the same commands take undisturbed, where that can be compared. */
function ratioOf(outcomes: readonly Outcome[]): string {
  const undisturbed = outcomes.reduce((total, { undisturbed }) => total + (undisturbed ?? 0), 0)
  if (undisturbed === 0 || outcomes.some((outcome) => outcome.undisturbed === null)) return ''
  const calls = outcomes.reduce((total, outcome) => total + outcome.calls, 0)
  return `× ${(calls / undisturbed).toFixed(2)}`
}

export interface Circumstances {
  readonly moto: string
  readonly seconds: number
  /** Trials that went wrong before they went well, with the same sources. */
  readonly lucky: readonly string[]
}

/** What is kept under `docs/`. No dates: two runs that come to the same read the same, but for what they measure. */
export const documentOf = (
  table: string,
  { moto, seconds, lucky }: Circumstances,
): string => `# What was broken, and what came of it

Written by \`npm run test:faults\`: the real binary, an emulated AWS (moto ${moto}), and a proxy between them that breaks
calls. A point is an operation at a moment, or a seed. Converged means: the commands that were run went through to the
end; after \`up\` what stands is, thing by thing, what an uninterrupted run makes, \`status\` finds nothing to do, and
nobody holds the lock; after \`down\` the account is as it was before the first \`up\`. Where nothing is written to the
manifest any more after an operation, as after giving up the lock, the run has ended before it can be killed; those few
points count as met.

${table}

Node ${process.versions.node}, ${Math.round(seconds / 60)} minutes of trials, ${toldOf(lucky)}
`

/** A second try may hide what happens now and then. */
const toldOf = (lucky: readonly string[]): string =>
  lucky.length === 0 ? 'none of them tried a second time.' : `tried a second time: ${lucky.join('; ')}.`
