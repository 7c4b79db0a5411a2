import { Socket, type SocketConstructorOpts } from 'node:net'
import type { Bastion } from './types.ts'

/** So much may wait for the network. Less would be a stop and go, more would only delay what comes after it. */
const OPTIONS: SocketConstructorOpts & { readonly writableHighWaterMark: number } = {
  writableHighWaterMark: 512 * 1024,
}

/**
 * For a key that is given as bytes, as ssh2 does it, node 24 throws and catches two errors a packet, and half of the
 * time of a packet goes into their stack traces. There are none while packets are made and taken apart.
 */
export function withoutTraces(act: () => void): void {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    act()
  } finally {
    Error.stackTraceLimit = limit
  }
}

class SshSocket extends Socket {
  override emit(event: string | symbol, ...words: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...words)
    let heard = false
    // What ssh2 answers goes out as one: it writes length, content and tag of each packet for themselves.
    this.cork()
    withoutTraces(() => {
      heard = super.emit(event, ...words)
    })
    this.uncork()
    return heard
  }
}

/** A connection that stands, before a word of SSH was said. Nothing is left of one that does not come to stand. */
export function reach({ host, port }: Bastion, limit: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const socket = new SshSocket(OPTIONS)
    const give = (error: unknown) => {
      settle()
      // An error that comes after all this is nobody's.
      socket.on('error', () => undefined).destroy()
      reject(error)
    }
    const stand = () => {
      settle()
      resolve(socket)
    }
    const late = () =>
      give(Object.assign(new Error(`no answer within ${Math.round(limit / 1000)} s`), { code: 'ETIMEDOUT' }))
    const stop = () => give(signal.reason)
    const timer = setTimeout(late, limit)
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      socket.off('error', give).off('connect', stand)
    }
    socket.once('error', give).once('connect', stand)
    socket.setNoDelay(true).setKeepAlive(true).connect({ host, port })
    signal.addEventListener('abort', stop, { once: true })
  })
}

/**
 * Calls `dead` when the peer has been silent for three whole spans, though each of them asked for a sign of life.
 * Spans are counted instead of time: a machine that has slept must not take the peer for dead at once, but after such
 * a gap one silent span is enough.
 */
export function watchLife(socket: Socket, span: number, dead: () => void): () => void {
  let [seen, silent, last] = [socket.bytesRead, 0, Date.now()]
  const timer = setInterval(() => {
    const slept = Date.now() - last > 3 * span
    last = Date.now()
    silent = socket.bytesRead === seen ? silent + 1 : 0
    if (silent >= 3) return dead()
    seen = socket.bytesRead
    if (slept) silent = 2
  }, span)
  return () => clearInterval(timer)
}
