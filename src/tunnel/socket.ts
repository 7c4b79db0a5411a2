import { connect, type Socket } from 'node:net'
import type { Bastion } from './types.ts'

/** A connection that stands, before a word of SSH was said. Nothing is left of one that does not come to stand. */
export function reach({ host, port }: Bastion, limit: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true })
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
