import type { ExitCode } from '../engine/errors.ts'
import { EXIT, Interrupted } from '../engine/errors.ts'
import type { Emit } from '../engine/events.ts'
import { isDone, type Result } from '../engine/execute.ts'

/** Where a run shows itself. */
export interface Stage {
  readonly out: NodeJS.WriteStream
  readonly color: boolean
  readonly tty: boolean
  /** When the command began, by the monotonic clock. */
  readonly began: number
  readonly listen: (emit: Emit) => void
  /** With the flags of this run in the commands that a text offers. */
  readonly located: (text: string) => string
}

/** A command's last word. */
export interface Done {
  readonly document: object
  readonly text: string
  readonly exit: ExitCode
}

/** What a run did that had nothing to do. */
export const IDLE: Result = { fates: [], stopped: null, outs: new Map() }

/** How a run that was begun ends: well, failed, or interrupted. */
export function exitOf(result: Result | null): ExitCode {
  if (result === null) return EXIT.ok
  if (result.stopped instanceof Interrupted) return result.stopped.exit
  return isDone(result) ? EXIT.ok : EXIT.failed
}
