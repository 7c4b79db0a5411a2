import { Failed } from '../engine/errors.ts'
import type { CheckHostKey } from './types.ts'

export interface HostKeys {
  /** Trust on first use: `new` is written down at once, under the instance's id (or host and port, where it was named). */
  readonly check: CheckHostKey
  /** Whether any key of this bastion is known, so that nothing has to be learned. */
  knows(bastion: Parameters<CheckHostKey>[0]): Promise<boolean>
  /** Writes down what the console told (lines of `learnFromConsole`); then only these keys are `known`. */
  learn(bastion: Parameters<CheckHostKey>[0], keys: readonly string[]): Promise<void>
}

/** The file of ours, one per stack: mode 600, written whole or not at all. */
export function hostKeysIn(_path: string): HostKeys {
  throw new Failed('Unfinished', 'The host keys are being built.')
}

/** The host keys (`ssh-ed25519 AAAA…`) that cloud-init printed on the instance's console. Empty when there are none. */
export function learnFromConsole(_output: string): string[] {
  return []
}
