import { createServer, type Server, type Socket } from 'node:net'
import { Refused } from '../engine/errors.ts'

export interface Listening {
  readonly host: '127.0.0.1'
  readonly port: number | 'first-free'
}

const POSTGRES = 5432
/** So many ports are tried before it is said that none is free. */
const TRIES = 100

/** Listens for this machine alone. Connections come paused, and can be closed on one side only. */
export async function listen(at: Listening, meet: (local: Socket) => void): Promise<{ server: Server; port: number }> {
  const ports = at.port === 'first-free' ? Array.from({ length: TRIES }, (_, i) => POSTGRES + i) : [at.port]
  for (const port of ports) {
    const server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, highWaterMark: 512 * 1024 },
      meet,
    )
    const taken = await bind(server, at.host, port)
    if (taken === null) return { server, port: portOf(server) }
    if (at.port !== 'first-free') throw inUse(port, taken)
  }
  throw inUse(`${POSTGRES} to ${POSTGRES + TRIES - 1}`, undefined)
}

/** Null when it listens, else what stands in the way of that port. */
function bind(server: Server, host: string, port: number): Promise<Error | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(error)
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error')
      resolve(null)
    })
  })
}

function inUse(port: number | string, cause: unknown): Refused {
  const forbidden = cause instanceof Error && 'code' in cause && cause.code === 'EACCES'
  const why = forbidden ? 'this user may not listen there' : 'something listens there already'
  return new Refused('PortTaken', `127.0.0.1:${port} cannot be used: ${why}.`, {
    cause,
    hint: 'Give another one with --local-port, or none: then a free one is taken.',
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
