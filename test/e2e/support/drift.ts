import type { Raw } from './raw.ts'

/** What `status` says of one setting. */
export interface Said {
  readonly address: string
  readonly path: string
  readonly desired: unknown
  readonly actual: unknown
}

interface Doing {
  readonly name: string
  /** What a stranger does. */
  make(raw: Raw, account: string): Promise<unknown>
  /** What he touches, as AWS has it; without ids where it is made again. */
  read(raw: Raw, account: string): Promise<unknown>
}

/** A thing that is there, and not as it shall be. */
interface Changed extends Doing, Said {
  readonly status: 'drifted'
  /** What one change brings besides. */
  readonly also?: readonly Said[]
}

/** A thing that is not there. */
interface Gone extends Doing {
  readonly status: 'missing'
  readonly address: string
}

export type Drift = Changed | Gone

export const STACK = 'shop-dev'
export const Filters = [{ Name: 'tag:ecom-infra:stack', Values: [STACK] }]
export const ANYWHERE = '0.0.0.0/0'
/** The policy of somebody who wants everybody in. */
export const open = (Action: string, Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Sid: 'Everybody', Effect: 'Allow', Principal: '*', Action, Resource }],
})

/** The one that is there. */
export function only<T>(list: readonly T[] | undefined): T {
  const [one] = list ?? []
  if (one === undefined) throw new Error('There is none.')
  return one
}
