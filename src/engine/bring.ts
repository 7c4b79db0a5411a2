import { Failed } from './errors.ts'
import { isWanted } from './generation.ts'
import type { Observer } from './observer.ts'
import type { Address } from './ref.ts'
import type { AnyType, Live } from './resource.ts'
import type { Runtime } from './runtime.ts'
import type { Step } from './steps.ts'

/** Seconds that a look is repeated after a lost answer: by its name or token a thing is known at once. */
const DOUBT = { name: 30, token: 30, tags: 60 } as const
const ATTEMPTS = 4

export interface Builder {
  readonly runtime: Runtime
  readonly observer: Observer
  /** The tokens that were announced, by address. */
  readonly tokens: Map<Address, string>
  /** Those whose token a dead run has announced. */
  readonly inherited: Set<Address>
  /** What has been brought in line, whether the plan had foreseen it or not. */
  readonly corrected: Set<Address>
}

/** One resource being brought in line. */
export interface Work {
  readonly step: Step
  readonly address: Address
  readonly type: AnyType
  readonly spec: object
  readonly ctx: unknown
}

/** The call that creates, and what an unclear answer to it means (design.md 6.2, 6.5). */
export async function bring(builder: Builder, work: Work): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    builder.runtime.stop.signal.throwIfAborted()
    try {
      return await work.type.create(work.ctx, work.address, work.spec, await tokenFor(builder, work.address))
    } catch (error) {
      if (attempt === 1) withdraw(builder, work.address, error)
      const id = await afterRefusal(builder, work, error)
      if (id !== null) return id
      if (attempt >= ATTEMPTS) throw error
    }
  }
}

/** Refused at the first try, with a token that nobody has used before: nothing can have come of it. */
function withdraw({ runtime, inherited }: Builder, address: Address, error: unknown): void {
  const verdict = runtime.judge(error)
  const clear = verdict === 'refused' || verdict === 'not-now'
  if (clear && !inherited.has(address)) runtime.journal.withdraw(address)
}

/** The id of what is there after all; null when it is right to ask again. Throws the error when it is not. */
async function afterRefusal(builder: Builder, work: Work, error: unknown): Promise<string | null> {
  const { runtime, tokens } = builder
  const verdict = runtime.judge(error)
  if (verdict !== 'exists' && verdict !== 'lost') throw error
  const there = await lookFor(builder, work, verdict)
  // Nothing of ours is there, so a token that AWS knows belongs to something else by now.
  if (!there && verdict === 'exists') tokens.delete(work.address)
  return there?.id ?? null
}

/** The announced token; a fresh one is announced before it is used. */
async function tokenFor({ tokens, runtime }: Builder, address: Address): Promise<string> {
  const known = tokens.get(address)
  if (known !== undefined) return known
  const token = runtime.token()
  await runtime.journal.announce([{ address, token }])
  tokens.set(address, token)
  return token
}

/** Looks for what may have been made: at least three times, for as long as AWS may hide it. */
async function lookFor(builder: Builder, work: Work, verdict: 'exists' | 'lost'): Promise<Live | null> {
  const { runtime, observer } = builder
  const seconds = DOUBT[work.type.about.identity]
  const text =
    verdict === 'lost' ? 'the answer was lost: looking whether it was made' : 'it exists already: looking whose it is'
  runtime.emit({ kind: 'note', address: work.address, text })
  for (let waited = 0; waited <= seconds; waited += seconds / 6) {
    runtime.stop.signal.throwIfAborted()
    const seen = await observer.see(work.type, work.step.place, work.address)
    const live = ownIn(seen, work)
    if (live) return live
    const stranger = seen.find((item) => item.address === work.address && !item.ours)
    if (stranger) {
      runtime.journal.withdraw(work.address)
      throw foreign(work.address, stranger)
    }
    await runtime.clock.pause(seconds / 6)
  }
  return null
}

const foreign = (address: Address, { id }: Live) =>
  new Failed('Foreign', `${id} exists under our name but does not belong to this stack.`, {
    address,
    hint: 'Rename or delete it, or give the stack another name.',
  })

/** The one that is ours and, where two generations may live side by side, the one that is wanted. */
function ownIn(seen: readonly Live[], { address, type, spec }: Work): Live | undefined {
  const mine = seen.filter((live) => live.address === address && live.ours && live.failed === undefined)
  return mine.find((live) => isWanted(type, spec, live))
}

/** What was announced and never begun needs no looking for. A journal that fails ends the run, not its account. */
export function withdrawIdle({ tokens, inherited, runtime }: Builder, began: (address: Address) => boolean): void {
  try {
    for (const address of tokens.keys())
      if (!began(address) && !inherited.has(address)) runtime.journal.withdraw(address)
  } catch (error) {
    runtime.stop.abort(error)
  }
}
