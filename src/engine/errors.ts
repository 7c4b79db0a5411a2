/** The exit codes of `cli.md`. Scripts rely on them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  refused: 2,
  drift: 3,
  locked: 4,
  declined: 5,
  leftovers: 6,
  sigint: 130,
  sigterm: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface Details {
  /** What can be done about it: a command, a setting, a place to look. */
  readonly hint?: string | undefined
  /** The resource that it happened to. */
  readonly address?: string | undefined
  /** The AWS operation, for example `ec2:CreateVpc`. */
  readonly action?: string | undefined
  /** AWS's own code, for example `VpcLimitExceeded`. */
  readonly awsCode?: string | undefined
  readonly requestId?: string | undefined
  readonly cause?: unknown
}

/**
 * An error that a person is meant to read: what failed, what it means, what to do next.
 * Anything else that is thrown is a bug of ours, and shown as one.
 */
export class Problem extends Error {
  override readonly name: string = 'Problem'
  readonly code: string
  readonly exit: ExitCode
  readonly details: Details

  constructor(code: string, message: string, exit: ExitCode, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.exit = exit
    this.details = details
  }
}

/** Refused before anything was changed: usage, config, a blocked plan. Exit 2. */
export class Refused extends Problem {
  override readonly name = 'Refused'
  constructor(code: string, message: string, details: Details = {}) {
    super(code, message, EXIT.refused, details)
  }
}

/** Something in AWS or the network. The same command goes on from there. Exit 1. */
export class Failed extends Problem {
  override readonly name = 'Failed'
  constructor(code: string, message: string, details: Details = {}) {
    super(code, message, EXIT.failed, details)
  }
}

/** Not a failure: the user was asked and said no. Exit 5. */
export class Declined extends Problem {
  override readonly name = 'Declined'
  constructor(message: string) {
    super('Declined', message, EXIT.declined)
  }
}

/** A signal ended the run; what was in flight has been awaited and saved. Exit 130 or 143. */
export class Interrupted extends Problem {
  override readonly name = 'Interrupted'
  constructor(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT', more = '') {
    super('Interrupted', `Interrupted by ${signal}.${more}`, signal === 'SIGINT' ? EXIT.sigint : EXIT.sigterm)
  }
}

/** What was thrown while somebody was asked: an interrupt then says that nothing has been done yet. */
export const beforeAnyChange = (error: unknown): unknown =>
  error instanceof Interrupted
    ? new Interrupted(error.exit === EXIT.sigterm ? 'SIGTERM' : 'SIGINT', ' Nothing was changed.')
    : error
