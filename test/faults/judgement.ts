import { inventory, type Thing } from '../e2e/support/inventory.ts'
import { astray, type Document, type Stack } from '../e2e/support/stack-at.ts'
import { stateOf } from '../e2e/support/state.ts'
import type { CliResult } from '../support/run-cli.ts'
import type { Ground, Outcome } from './trial.ts'

/** What is wrong, in words; nothing of it when all is well. */
export type Judgement = Pick<Outcome, 'duplicates' | 'leftovers' | 'problems'>

export const GOOD: Judgement = { duplicates: [], leftovers: [], problems: [] }

export const both = (a: Judgement, b: Judgement): Judgement => ({
  duplicates: [...a.duplicates, ...b.duplicates],
  leftovers: [...a.leftovers, ...b.leftovers],
  problems: [...a.problems, ...b.problems],
})

/** A fault that never struck proves nothing. */
export const struck = (what: string, times: number): Judgement =>
  times > 0 ? GOOD : { ...GOOD, problems: [`it never came to this: ${what}`] }

export const isFlawless = ({ duplicates, leftovers, problems }: Judgement): boolean =>
  duplicates.length + leftovers.length + problems.length === 0

/** After `up` went through: what stands is what an uninterrupted run makes, `status` finds nothing, nobody holds the lock. */
export async function judgeUp(stack: Stack, result: CliResult, { clean }: Ground): Promise<Judgement> {
  if (result.code !== 0) return failed('up', result)
  const { failures } = result.json<Document>()
  const told = await stack.run(['status', '--json'])
  const rows = told.code === 0 ? astray(told.json<Document>()) : []
  const { more, less } = difference(await inventory(stack.raw), clean.whole)
  const problems = [
    ...failures.map((failure) => `up tells of a failure: ${JSON.stringify(failure)}`),
    ...(told.code === 0 ? [] : failed('status', told).problems),
    ...rows.map(({ address, status }) => `status: ${address} is ${status}`),
    ...less.map((name) => `missing, or not as it should be: ${name}`),
    ...((await stateOf(stack).locked()) ? ['the lock is still held'] : []),
  ]
  return { duplicates: more, leftovers: [], problems }
}

/** After `down` went through: the account is as it was before the first `up`. */
export async function judgeDown(stack: Stack, result: CliResult, { clean }: Ground): Promise<Judgement> {
  if (result.code !== 0) return failed('down', result)
  const { leftovers } = result.json<Document>()
  const { more, less } = difference(await inventory(stack.raw), clean.empty)
  const told = leftovers.map((leftover) => `down tells of ${JSON.stringify(leftover)}`)
  return {
    duplicates: [],
    leftovers: [...more, ...told],
    problems: less.map((name) => `taken from a stranger: ${name}`),
  }
}

export const failed = (command: string, { code, signal, timedOut, stdout, stderr }: CliResult): Judgement => {
  const ending = timedOut ? 'did not end in time' : `ended with ${code ?? signal}`
  return { ...GOOD, problems: [`${command} ${ending}: ${stdout.trim()}\n${stderr.trim().slice(-2_000)}`] }
}

/** What there is too much of, and what is wanting or otherwise made than it should be: by name, once for each. */
function difference(have: readonly Thing[], wanted: readonly Thing[]) {
  const [there, should] = [countedBy(have, gistOf), countedBy(wanted, gistOf)]
  const less = [...should].flatMap(([gist, count]) =>
    Array<string>(Math.max(0, count - (there.get(gist) ?? 0))).fill(gist),
  )
  const [names, right] = [countedBy(have, nameOf), countedBy(wanted, nameOf)]
  const more = [...names].flatMap(([name, count]) =>
    Array<string>(Math.max(0, count - (right.get(name) ?? 0))).fill(name),
  )
  return { more, less }
}

const nameOf = ({ kind, tags, gist }: Thing): string => `${kind} ${tags['ecom-infra:address'] ?? tags.Name ?? gist}`

const gistOf = (it: Thing): string => `${nameOf(it)} (${it.gist})`

function countedBy(things: readonly Thing[], key: (it: Thing) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const it of things) counts.set(key(it), (counts.get(key(it)) ?? 0) + 1)
  return counts
}
