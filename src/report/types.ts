import type { Problem } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'

/** Whose platform, and where. */
export interface Target {
  readonly stack: string
  readonly account: string
  readonly region: string
}

/** How a text is drawn. Whether colour is wanted (`NO_COLOR`, a terminal) is the caller's to know. */
export interface TextOptions {
  readonly color: boolean
  /** Columns. */
  readonly width?: number
}

/** Turns what was thrown into words. The report knows no cloud, so it is told. */
export type Explain = (error: unknown, context: { readonly address?: Address }) => Problem

/** What went wrong with one resource, in the words of `cli.md`. */
export interface Failure {
  readonly address: string | null
  /** The AWS operation. */
  readonly action: string | null
  readonly code: string
  readonly awsCode: string | null
  /** What it means. */
  readonly message: string
  /** AWS's own words. */
  readonly awsMessage: string | null
  readonly requestId: string | null
  /** What to do next. */
  readonly hint: string | null
}

/** Something that a teardown has left behind. */
export interface Leftover {
  readonly type: string
  readonly id: string
  readonly why: string
  /** What it goes on costing a month; null: not known. */
  readonly monthlyUsd: number | null
}

/** What nobody could look through, because a listing was denied. */
export interface Unchecked {
  /** In a few words: "rds: db snapshots". */
  readonly what: string
  /** The IAM action that was lacking. */
  readonly action: string
  readonly message: string
  /** What to do next. */
  readonly hint: string | null
}

/** Something that stays on purpose: a final snapshot, a key that waits for its deletion, the state bucket. */
export type Kept = Leftover

export type Outputs = Readonly<Record<string, string>>
