import { appendFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { openTunnel } from '../../src/tunnel/tunnel.ts'
import type { Bastion, Destination } from '../../src/tunnel/types.ts'

/** A tunnel alone in its process, so that its memory and its work are its own. Told all it needs in one argument. */
const { bastion, destination, admitted } = JSON.parse(process.argv[2] ?? '') as {
  readonly bastion: Bastion
  readonly destination: Destination
  /** The file that the stand-in for EC2 Instance Connect reads. */
  readonly admitted: string
}

// As the real program does: its memory and its speed are what is measured.
setFlagsFromString('--semi-space-growth-factor=1')
const stop = new AbortController()
const tunnel = await openTunnel({
  find: async () => bastion,
  admit: (_bastion, key) => appendFile(admitted, `${Date.now()} ${key}\n`),
  checkHostKey: async () => 'known',
  destination,
  listen: { host: '127.0.0.1', port: 0 },
  signal: stop.signal,
  tell: () => undefined,
})
process.on('message', () => process.send?.({ memory: process.memoryUsage().rss }))
process.once('disconnect', () => stop.abort())
process.send?.({ port: tunnel.port })
