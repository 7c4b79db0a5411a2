import type { Socket } from 'node:net'
import { type Algorithms, Client } from 'ssh2'
import { Refused } from '../engine/errors.ts'
import type { EphemeralKey } from './ephemeral-key.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Limits } from './limits.ts'
import { SshConnection } from './ssh.ts'
import type { Bastion, CheckHostKey } from './types.ts'

/** What OpenSSH itself still offers of the older ones (SHA-1, CBC, DSA, MAC before encryption) is left out. */
const ALGORITHMS: Algorithms = {
  kex: [
    ...(['curve25519-sha256', 'curve25519-sha256@libssh.org'] as const),
    ...(['ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521'] as const),
    ...(['diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512'] as const),
  ],
  serverHostKey: [
    'ssh-ed25519',
    ...(['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const),
    ...(['rsa-sha2-512', 'rsa-sha2-256'] as const),
  ],
  // GCM first: node's own crypto does it in hardware, and it needs no MAC beside it.
  cipher: [
    ...(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'] as const),
    ...(['aes128-ctr', 'aes256-ctr'] as const),
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com'],
  compress: ['none'],
}

export interface Attempt {
  readonly bastion: Bastion
  readonly socket: Socket
  readonly key: EphemeralKey
  readonly checkHostKey: CheckHostKey
  /** Told when the key of this host was met for the first time. */
  readonly tellNew: (key: Buffer) => void
  readonly limits: Limits
  readonly signal: AbortSignal
}

/** Speaks SSH over a socket that stands, up to being let in. Nothing is left of an attempt that fails. */
export function logIn(attempt: Attempt): Promise<SshConnection> {
  const { bastion, socket, key, limits, signal } = attempt
  return new Promise((resolve, reject) => {
    const client = new Client()
    let connection: SshConnection | null = null
    const over = (error: Error) => {
      signal.removeEventListener('abort', stop)
      if (connection) return connection.lose(error)
      socket.destroy()
      reject(error)
    }
    const stop = () => over(signal.reason)
    // Before ssh2 hears of the end, so that nothing of it looks like an end that the other side has meant.
    socket.on('error', over).on('end', () => over(new Error('the server has ended the connection')))
    socket.on('close', () => over(new Error('the connection was cut')))
    client.on('error', over)
    client.once('ready', () => {
      connection = new SshConnection(client, socket, limits.keepalive)
      signal.removeEventListener('abort', stop)
      resolve(connection)
    })
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) return stop()
    client.connect({
      sock: socket,
      username: bastion.user,
      agent: key,
      authHandler: ['agent'],
      algorithms: ALGORITHMS,
      readyTimeout: limits.attempt,
      keepaliveInterval: limits.keepalive,
      // Asked for ever: `watchLife` judges, which counts every byte as a sign of life, not the answers alone.
      keepaliveCountMax: Number.POSITIVE_INFINITY,
      hostVerifier: verifier((hostKey) => judge(attempt, hostKey), over),
    })
  })
}

/**
 * The key is judged once. When keys are exchanged again in the midst of a connection, the same one is answered for
 * without delay: while it waits for an answer ssh2 loses its place among the packets, and the server hangs up.
 */
function verifier(judged: (key: Buffer) => Promise<void>, refuse: (error: Error) => void) {
  let trusted: Buffer | null = null
  return (key: Buffer, answer: (known: boolean) => void): void => {
    if (trusted?.equals(key)) answer(true)
    else if (trusted) refuse(new Error('the host key has changed on the way'))
    else {
      const met = Buffer.from(key)
      judged(met).then(() => {
        trusted = met
        answer(true)
      }, refuse)
    }
  }
}

async function judge({ bastion, checkHostKey, tellNew }: Attempt, key: Buffer): Promise<void> {
  const verdict = await checkHostKey(bastion, key)
  if (verdict === 'new') tellNew(key)
  if (verdict !== 'changed') return
  const name = bastion.instanceId ?? `${bastion.host}:${bastion.port}`
  throw new Refused(
    'HostKeyChanged',
    `The host key of the bastion (${name}) is another one than before: ${fingerprintOf(key)}.`,
    {
      hint: 'Somebody may be listening in. Compare it with what the console of the instance says (RUNBOOK.md, "When the tunnel does not connect").',
    },
  )
}
