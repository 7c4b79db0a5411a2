import { inject } from 'vitest'
import { type Account, openAccount } from './account.ts'
import type { ProxyOptions } from './proxy.ts'

export type { Account } from './account.ts'

/** The address of the emulator that all test files share. Never reset it: others are in it. */
export function emulator(): string {
  return inject('emulatorUrl')
}

export const freshAccount = (options: Partial<ProxyOptions> = {}): Promise<Account> => openAccount(emulator(), options)
