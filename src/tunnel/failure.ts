import { Failed, Problem, Refused } from '../engine/errors.ts'
import type { Bastion, Destination } from './types.ts'

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'no name server answers',
  ETIMEDOUT: 'no answer',
  EPIPE: 'the connection was cut',
}

/** AWS, or whoever else was asked for the bastion or to let a key in, had no answer but this. */
export class AskFailed extends Error {
  override readonly cause: unknown
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.cause = cause
  }
}

/** A failure in a few words, for the middle of a line. */
export function brief(error: unknown): string {
  if (error instanceof AskFailed) return brief(error.cause)
  if (error instanceof Problem) return error.message.replace(/\.$/, '')
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  if (isRefusedKey(error)) return 'the key was not let in'
  return (WORDS[code] ?? error.message.split('\n')[0] ?? '').replace(/\.$/, '')
}

/** `user@host:port`, with the instance where it is known. */
export function nameOf({ host, port, user, instanceId }: Bastion): string {
  return `${user}@${host}${port === 22 ? '' : `:${port}`}${instanceId === null ? '' : ` (${instanceId})`}`
}

const levelOf = (error: unknown): unknown => (error instanceof Error && 'level' in error ? error.level : undefined)

/** The server knows neither this key nor another way in. */
export const isRefusedKey = (error: unknown): boolean => levelOf(error) === 'client-authentication'

/** Nothing that waiting could change. */
export const isFinal = (error: unknown): boolean =>
  error instanceof Refused ||
  (error instanceof AskFailed && error.cause instanceof Refused) ||
  (error instanceof Error && /^Handshake failed: no matching/.test(error.message))

export const keyRefused = (bastion: string, tries: number): Failed =>
  new Failed('KeyRefused', `${bastion} has let in none of ${tries} fresh keys.`, {
    hint: 'Its sshd has to ask EC2 Instance Connect for keys (package ec2-instance-connect), and know this user.',
  })

/** There is no connection, and there will be none. What was asked of AWS failed in its own words. */
export function unreachable(
  { name, named }: { readonly name: string; readonly named: boolean },
  error: unknown,
): unknown {
  if (error instanceof AskFailed) return error.cause
  if (error instanceof Problem) return error
  return new Failed('BastionUnreachable', `No SSH connection to ${name}: ${brief(error)}.`, {
    cause: error,
    hint: named
      ? 'Is the place right that was named, and is what leads from there to the bastion up (a VPN, a port that is handed on)?'
      : 'Is your address in access.sshCidrs, does the instance run, and does this network let port 22 out?',
  })
}

/** The server's own answer, as opposed to none because the connection had gone. */
export const isRefusal = (error: unknown): boolean => error instanceof Error && 'reason' in error

/** Why there is no connection from the bastion to the destination, by the reasons of RFC 4254, 5.1. */
export function whyNoForward(error: unknown, { host, port }: Destination): string {
  const reason = error instanceof Error && 'reason' in error ? error.reason : undefined
  const said = error instanceof Error ? error.message.replace(/^\(SSH\) Channel open failure:\s*/, '') : String(error)
  const there = `${host}:${port}`
  if (reason === 1) return `the bastion's sshd does not allow connections to ${there} (AllowTcpForwarding, PermitOpen)`
  if (reason === 2) return `the bastion cannot reach ${there}: ${said.toLowerCase()}`
  if (reason === 4) return `the bastion is short of resources for a connection to ${there}`
  return `no connection to ${there}: ${said}`
}
