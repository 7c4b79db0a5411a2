import { basename } from 'node:path'
import { publicAddress } from '../config/wizard/public-address.ts'
import { allowAddress, standingOf } from './allow-address.ts'
import type { Session } from './session.ts'

interface Wishes {
  readonly allowMyIp: boolean
  readonly mayAllow: (question: string) => Promise<boolean | null>
}

/**
 * Finds out whether the bastion lets the caller's address in, says so where not, and lets it in where that is wanted.
 * It stops nothing: there may be another way in, a VPN for instance.
 */
export async function letIn(session: Session, { allowMyIp, mayAllow }: Wishes): Promise<void> {
  const { signal } = session.stop
  const address = await publicAddress({ env: process.env, signal })
  signal.throwIfAborted()
  if (address === null) {
    session.say('Your public address could not be found, so nobody can tell whether the bastion lets it in.')
    return
  }
  const { inConfig, inAws } = await standingOf(session, address)
  if (inConfig && inAws !== false) return
  const file = fileOf(session)
  const place = file ?? `the config of ${session.stack}`
  session.say(
    inConfig
      ? `Your address ${address} is in access.sshCidrs of ${place}, but AWS does not let it in yet.`
      : `Your address ${address} is not in access.sshCidrs of ${place}: the bastion lets nobody in from there.`,
  )
  if (file === null && !inConfig && !allowMyIp) {
    session.say('Going on without it. To let it in, give the config file with -c, and --allow-my-ip.')
    return
  }
  const question = inConfig ? 'Apply that now?' : `Add ${address}/32 there, and apply that now?`
  const agreed = allowMyIp || (await mayAllow(question))
  if (!agreed) {
    session.say(`Going on without it.${agreed === null ? ' --allow-my-ip lets it in.' : ''}`)
    return
  }
  await allowAddress(session, address)
  session.say(`${file ?? 'The config'} and AWS let ${address} in now.`)
}

/** Null: the stack is known by its id, and there is no file that an address could be added to. */
const fileOf = ({ loaded: { path } }: Session): string | null => (path.startsWith('s3:') ? null : basename(path))
