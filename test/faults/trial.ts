import type { Stack } from '../e2e/support/stack-at.ts'
import type { Thing } from '../e2e/support/thing.ts'
import type { Call } from '../support/proxy.ts'
import type { CliOptions } from '../support/run-cli.ts'

/** One kind of fault: a row of the table. */
export interface Kind {
  /** As it stands in the table. Once published it stays: what has been tried is known by it. */
  readonly name: string
  readonly trials: readonly Trial[]
}

/** A part of a kind that is tried by itself, in an account of its own: in any order, and beside others. */
export interface Trial {
  /** Tells it from the others of its kind, and is the same in every run: `up 2/3`, `seed 7`. */
  readonly id: string
  /** Throws only when it could not be tried at all; what went wrong otherwise is in the outcome. */
  run(ground: Ground): Promise<Outcome>
}

/** What came of a trial. */
export interface Outcome {
  /** Points at which a fault struck: operations at a moment, seeds, whatever the kind counts. */
  readonly points: number
  /** Those of them after which everything stood, and everything went, as without a fault. */
  readonly converged: number
  /** What was there twice, and what was left behind: each by name. */
  readonly duplicates: readonly string[]
  readonly leftovers: readonly string[]
  /** All calls that reached the proxy. */
  readonly calls: number
  /** How many the same commands take when nothing goes wrong; null where that says nothing. */
  readonly undisturbed: number | null
  /** Whatever else was not as it should be, in words. */
  readonly problems: readonly string[]
}

/** Where trials happen: an emulator, the real binary, and what both come to when nothing goes wrong. */
export interface Ground {
  /** A stack of the default config in an account of its own, with `env` for each of its commands. To be closed. */
  open(env?: CliOptions['env']): Promise<Stack>
  readonly clean: Clean
}

/** A life in which nothing went wrong. */
export interface Clean {
  /** What stands in an account before the first `up`, and after it. */
  readonly empty: readonly Thing[]
  readonly whole: readonly Thing[]
  /** The calls of `up --yes` and of `down --yes --delete-data`. */
  readonly up: readonly CleanCall[]
  readonly down: readonly CleanCall[]
}

export type CleanCall = Pick<Call, 'service' | 'action' | 'path' | 'form' | 'sent' | 'mutating'>

export const UP = ['up', '--yes', '--json'] as const
export const DOWN = ['down', '--yes', '--delete-data', '--json'] as const

export const isGood = ({ points, converged, duplicates, leftovers, problems }: Outcome): boolean =>
  points === converged && duplicates.length + leftovers.length + problems.length === 0
