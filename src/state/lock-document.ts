import { EXIT, Problem } from '../engine/errors.ts'
import type { Whereabouts } from './holder.ts'
import { isFence } from './manifest.ts'
import type { Item, StateStore } from './store.ts'

export const LOCK = 'ecom-infra/lock/1'

/** What `lock.json` says. Its times are the holder's own, for people to read; ages are counted by the store's clock. */
export interface LockDocument extends Whereabouts {
  readonly schema: typeof LOCK
  readonly run: string
  /** `user@host`, or an ARN. */
  readonly holder: string
  readonly command: string
  readonly startedAt: string
  readonly expiresAt: string
  /** Seconds that it holds without being renewed. */
  readonly lease: number
  /** Counts the renewals. Without it two of them could be equal, and then so would be their ETags. */
  readonly renewal: number
  readonly fence: number
}

/** A lock as it was found. */
export interface HeldLock {
  readonly document: LockDocument
  readonly etag: string
  /** Milliseconds by the store's clock: the last renewal, and when it was read. */
  readonly lastModified: number
  readonly date: number
}

/** `ECOM_INFRA_LEASE`, in seconds. Never scaled by the pace. */
export function leaseSeconds(): number {
  const value = Number(process.env.ECOM_INFRA_LEASE ?? '60')
  return Number.isFinite(value) && value > 0 ? value : 60
}

export async function readLock(store: StateStore, key: string): Promise<HeldLock | null> {
  const item = await store.get(key)
  return item === null ? null : { document: documentIn(item), ...item }
}

/** Names of people, hosts and commands are told in one sentence. */
const ROOM = 256

/** Reads what can be read: a damaged lock, or one of a newer version, is a lock all the same. */
function documentIn({ body }: Item): LockDocument {
  const value = fieldsOf(body)
  const text = (field: string): string => (typeof value[field] === 'string' ? value[field].slice(0, ROOM) : 'unknown')
  const orNull = (field: string): string | null => (typeof value[field] === 'string' ? value[field] : null)
  const number = (field: string, otherwise: number): number =>
    typeof value[field] === 'number' ? value[field] : otherwise
  return {
    schema: LOCK,
    run: text('run'),
    holder: text('holder'),
    host: text('host'),
    bootId: orNull('bootId'),
    pid: number('pid', 0),
    pidStartedAt: orNull('pidStartedAt'),
    command: text('command'),
    startedAt: text('startedAt'),
    expiresAt: text('expiresAt'),
    lease: number('lease', leaseSeconds()),
    renewal: number('renewal', 0),
    fence: isFence(value.fence) ? value.fence : 0,
  }
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** Seconds since the last renewal, by the store's clock. */
const ageOf = (lock: HeldLock): number => (lock.date - lock.lastModified) / 1000

/** Whether the lease has run out. S3 tells whole seconds, so that an equal number may still be too early. */
export const isExpired = (lock: HeldLock): boolean => ageOf(lock) > lock.document.lease

/** When its holder, if it is dead, can last have made a call: milliseconds by the store's clock (design.md 6.4). */
export const lastCallOf = (lock: HeldLock): number => lock.lastModified + lock.document.lease * 1000

/** Milliseconds that a call may last that changes something, its retries included (design.md 6.6). */
export const longestCallOf = ({ lease }: LockDocument): number => (lease * 1000) / 3

/**
 * When the last call of its holder has surely reached AWS, by the store's clock. A process that is gone begins none,
 * but that recalls nothing: what it had sent may still be on its way, for as long as a call may last.
 */
export const lastArrivalOf = (lock: HeldLock, gone: boolean): number =>
  gone ? Math.min(lastCallOf(lock), lock.date + longestCallOf(lock.document)) : lastCallOf(lock)

/** Two renewals are missing: a holder in good health is heard of every sixth of its lease. */
const isSilent = (lock: HeldLock): boolean => ageOf(lock) > lock.document.lease / 3

/** Who holds it, doing what, where, since when, and whether it gives signs of life. */
export function heldText(stack: string, held: HeldLock): string {
  const { holder, host, pid, command, startedAt } = held.document
  const health = isSilent(held) ? `not heard of for ${ageOf(held)} s` : 'at work'
  return `Another run holds the lock of ${stack}: "${command}" by ${holder} on ${host} (process ${pid}), since ${startedAt}, ${health}.`
}

/** What is left of the lease means something only where it is not going to be renewed. */
function whenFree(held: HeldLock): string {
  const { lease } = held.document
  if (!isSilent(held)) return `Should it die, its lock is free in ${lease} s`
  return `If it is dead, its lock is free in ${Math.max(1, Math.ceil(lease - ageOf(held)))} s`
}

/** Another run holds the lock. Exit 4. */
export class Locked extends Problem {
  override readonly name = 'Locked'
  readonly lock: LockDocument

  constructor(stack: string, held: HeldLock) {
    super('Locked', heldText(stack, held), EXIT.locked, {
      hint: `Wait until it has ended. ${whenFree(held)}; \`ecom-infra state unlock\` breaks it, with --force even while its holder lives.`,
    })
    this.lock = held.document
  }
}
