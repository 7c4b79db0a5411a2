import type { Socket } from 'node:net'
import type { ClientChannel } from 'ssh2'
import type { SshConnection } from './ssh.ts'

/**
 * Joins a local connection to a channel, in both directions. Each end is handed on for itself (half-close), and
 * neither side is read faster than the other one takes it. When the SSH connection is lost the local one is reset: an
 * orderly end would pass off half of the data as all of it.
 */
export function join(local: Socket, channel: ClientChannel, connection: SshConnection): void {
  const forget = connection.whenLost(() => local.resetAndDestroy())
  upwards(local, channel, connection)
  downwards(local, channel, connection)
  local.once('close', () => {
    forget()
    channel.close()
  })
  // Nothing more can be delivered there: what has come in is still handed over, and then it is over.
  channel.once('close', () => {
    if (!connection.lost) local.destroySoon()
  })
  local.resume()
}

/** From here to the bastion. */
function upwards(local: Socket, channel: ClientChannel, connection: SshConnection): void {
  let takeBack: (() => void) | null = null
  const goOn = () => {
    takeBack = null
    if (channel.writableLength > 0 || local.destroyed) return
    if (connection.congested) takeBack = connection.whenDrained(goOn)
    else local.resume()
  }
  local.on('data', (data: Buffer) => {
    connection.send(channel, data, goOn)
    // A channel keeps what its window does not take. Two megabytes of it would do no good, so one piece is all.
    if (channel.writableLength > 0 || connection.congested) local.pause()
  })
  local.once('end', () => channel.end())
  local.once('close', () => takeBack?.())
}

/** From the bastion to here. */
function downwards(local: Socket, channel: ClientChannel, connection: SshConnection): void {
  channel.on('data', (data: Buffer) => {
    if (!local.destroyed && !local.write(data)) channel.pause()
  })
  local.on('drain', () => channel.resume())
  local.once('close', () => channel.resume())
  channel.once('end', () => {
    if (!connection.lost) local.end()
  })
  channel.on('error', () => local.resetAndDestroy())
}
