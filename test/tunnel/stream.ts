import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** No power of two, so that a piece that was lost, doubled or put elsewhere meets other bytes than it should. */
const PATTERN = randomBytes(1_048_573)
const PIECE = 65_536

/** Sends so many bytes, as fast as they are taken, and ends its side. */
export function pour(socket: Socket, bytes: number): void {
  let sent = 0
  const go = () => {
    while (sent < bytes) {
      const from = sent % PATTERN.length
      const piece = PATTERN.subarray(from, Math.min(from + PIECE, PATTERN.length, from + bytes - sent))
      sent += piece.length
      if (!socket.write(piece)) return socket.once('drain', go)
    }
    return socket.end()
  }
  go()
}

/** How many bytes came, each of them the right one, up to an end in order. `seen` is called as they come. */
export function drink(socket: Socket, seen: () => void = () => undefined): Promise<number> {
  let got = 0
  return new Promise((resolve, reject) => {
    socket.on('data', (data: Buffer) => {
      if (!matches(data, got)) return socket.destroy(new Error(`other bytes than were sent, around ${got}`))
      got += data.length
      seen()
    })
    socket.once('end', () => resolve(got))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`cut after ${got} bytes`)))
  })
}

function matches(data: Buffer, at: number): boolean {
  for (let done = 0; done < data.length; ) {
    const from = (at + done) % PATTERN.length
    const length = Math.min(data.length - done, PATTERN.length - from)
    if (data.compare(PATTERN, from, from + length, done, done + length) !== 0) return false
    done += length
  }
  return true
}
