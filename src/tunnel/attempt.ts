import { logIn } from './connect.ts'
import { EphemeralKey } from './ephemeral-key.ts'
import { AskFailed, nameOf } from './failure.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Limits } from './limits.ts'
import { reach } from './socket.ts'
import type { SshConnection } from './ssh.ts'
import { within } from './time.ts'
import type { AdmitKey, Bastion, CheckHostKey, FindBastion, TunnelEvent } from './types.ts'

export interface AttemptOptions {
  readonly find: FindBastion
  readonly admit: AdmitKey
  readonly checkHostKey: CheckHostKey
  readonly tell: (event: TunnelEvent) => void
  readonly limits: Limits
  readonly signal: AbortSignal
}

/** One try, with a bastion found anew and a key of its own. `going` is told whom it goes to. */
export async function attempt(options: AttemptOptions, going: (bastion: Bastion) => void): Promise<SshConnection> {
  const { find, admit, checkHostKey, limits, signal, tell } = options
  const bastion = await asking(options, find)
  going(bastion)
  tell({ kind: 'connecting', text: `connecting to ${nameOf(bastion)}` })
  // The key comes after the connection: it is good for a minute only, and none is sent for a server that is not there.
  const socket = await reach(bastion, limits.attempt, signal)
  // While AWS is asked the socket may die; `logIn` sees that it has.
  socket.on('error', () => undefined)
  try {
    const key = new EphemeralKey()
    await asking(options, () => admit(bastion, key.publicLine))
    const tellNew = (hostKey: Buffer) => tell({ kind: 'note', text: firstMet(bastion, hostKey) })
    return await logIn({ bastion, socket, key, checkHostKey, tellNew, limits, signal })
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function asking<T>({ limits, signal }: AttemptOptions, question: () => Promise<T>): Promise<T> {
  try {
    return await within(limits.ask, signal, question)
  } catch (error) {
    signal.throwIfAborted()
    throw new AskFailed(error)
  }
}

function firstMet(bastion: Bastion, key: Buffer): string {
  return `the host key of ${nameOf(bastion)} is met for the first time, and trusted from now on: ${fingerprintOf(key)}`
}
