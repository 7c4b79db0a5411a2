/** Milliseconds, and counts of tries. */
export interface Limits {
  /** For one step of a try: finding, TCP, being let in. */
  readonly attempt: number
  /** For asking AWS, which has retries of its own. */
  readonly ask: number
  /** For the first connection as a whole: a bastion that has just been started takes its time to answer. */
  readonly first: number
  /** How long a local connection waits for an SSH connection before it is cut. */
  readonly wait: number
  /** How often a sign of life is asked for; after three that bring nothing the peer is taken for dead. */
  readonly keepalive: number
  /** The pause after a first failure. It doubles, and is shortened by chance. */
  readonly quickest: number
  /** The longest pause while a local connection waits, */
  readonly wanted: number
  /** and while none does. */
  readonly slowest: number
  /** How many fresh keys may be refused one after the other. */
  readonly refusals: number
  /** And for how long at least, once a tunnel has stood: a bastion that boots may answer before it knows whom to let in. */
  readonly refusedFor: number
}

export const LIMITS: Limits = {
  attempt: 15_000,
  ask: 60_000,
  first: 90_000,
  wait: 30_000,
  keepalive: 5_000,
  quickest: 250,
  wanted: 1_500,
  slowest: 10_000,
  refusals: 4,
  refusedFor: 30_000,
}
