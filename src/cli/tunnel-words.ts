import { Refused } from '../engine/errors.ts'
import type { Purpose } from './tunnel-run.ts'

interface PurposeFlags {
  readonly shell: boolean
  readonly 'print-env': boolean
}

/** What stands after the first `--` is the command's, to the letter. Null: there is no `--`. */
export function split(argv: readonly string[]): { readonly own: string[]; readonly command: readonly string[] | null } {
  const at = argv.indexOf('--')
  return at === -1 ? { own: [...argv], command: null } : { own: argv.slice(0, at), command: argv.slice(at + 1) }
}

/** oclif's words about an argument too many are no help to somebody who has forgotten the `--`. */
export function unlessForgotten(error: unknown): never {
  const [told = ''] = error instanceof Error ? error.message.split('\n') : []
  if (!told.startsWith('Unexpected argument')) throw error
  throw new Refused('Usage', told, {
    hint: 'Put the command that is to be run after `--`, for instance: ecom-infra ssh-bastion -- psql',
  })
}

export function purposeOf(flags: PurposeFlags, command: readonly string[] | null, json: boolean): Purpose {
  const wishes = [
    ...(flags.shell ? ['--shell'] : []),
    ...(flags['print-env'] ? ['--print-env'] : []),
    ...(json ? ['--json'] : []),
    ...(command === null ? [] : ['a command']),
  ]
  if (wishes.length > 1) {
    throw new Refused('Usage', `${wishes.join(' and ')} do not go together: there is one standard output.`, {
      hint: 'Leave one of them out.',
    })
  }
  if (command !== null && !command[0]) {
    throw new Refused('Usage', 'There is no command after `--`.', { hint: 'For instance: ssh-bastion -- psql' })
  }
  if (command !== null) return { kind: 'command', command }
  if (flags.shell) return { kind: 'shell' }
  if (flags['print-env']) return { kind: 'stay', as: 'exports' }
  return { kind: 'stay', as: json ? 'json' : 'text' }
}

/** The addresses that the local AWS makes up belong to strangers. */
export const noServers = (): Refused =>
  new Refused('NoServers', 'The local AWS has no servers, so there is no bastion to connect to.', {
    hint: 'Say with --bastion and --database where there are some, or leave --local out.',
  })

/** `host:22`, `user@host:22`, `[::1]:22`. */
const PLACE = /^(?:([^@\s]+)@)?(?:\[([0-9a-fA-F:.]+)\]|([^@:\s[\]]+)):(\d{1,5})$/

export function placeOf(flag: '--bastion' | '--database', text: string) {
  const [, user, v6, name, digits] = PLACE.exec(text) ?? []
  const [host, port] = [v6 ?? name, Number(digits)]
  const alien = flag === '--database' && user !== undefined
  if (host === undefined || port < 1 || port > 65_535 || alien) {
    const form = flag === '--bastion' ? '[USER@]HOST:PORT' : 'HOST:PORT'
    throw new Refused('Usage', `${flag} ${text} is not ${form}.`, { hint: `For instance: ${flag} 127.0.0.1:2222` })
  }
  return { host, port, user }
}
