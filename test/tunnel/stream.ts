import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** No power of two, so that a piece that was lost, doubled or put elsewhere meets other bytes than it should. */
const PATTERN = randomBytes(1_048_573)
const PIECE = 65_536

/** A part of what goes over one connection. */
export interface Part {
  /** How much has gone before it. */
  readonly from: number
  readonly bytes: number
}

/** Sends so many bytes, as fast as they are taken, and ends its side. */
export const pour = (socket: Socket, bytes: number): void => send(socket, { from: 0, bytes }, () => socket.end())

/** Sends a part, as fast as it is taken. */
export function send(socket: Socket, { from, bytes }: Part, sent: () => void = () => undefined): void {
  const end = from + bytes
  let at = from
  const go = () => {
    while (at < end) {
      const place = at % PATTERN.length
      const piece = PATTERN.subarray(place, Math.min(place + PIECE, PATTERN.length, place + end - at))
      at += piece.length
      if (!socket.write(piece)) return void socket.once('drain', go)
    }
    sent()
  }
  go()
}

/** How many bytes came, each of them the right one, up to an end in order. */
export function drink(socket: Socket): Promise<number> {
  let got = 0
  return new Promise((resolve, reject) => {
    follow(socket, 0, (at) => {
      got = at
    })
    socket.once('end', () => resolve(got))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`cut after ${got} bytes`)))
  })
}

/** Waits for a part. What comes after it has to be asked for. */
export function take(socket: Socket, { from, bytes }: Part): Promise<void> {
  const end = from + bytes
  return new Promise((resolve, reject) => {
    const cut = () => reject(new Error('cut before all had come'))
    const stop = follow(socket, from, (at) => {
      if (at < end) return
      stop()
      socket.off('error', reject).off('close', cut)
      if (at === end) resolve()
      else reject(new Error(`${at - end} bytes more than were sent`))
    })
    socket.once('error', reject).once('close', cut)
  })
}

/** Tells how far it has come with the right bytes, and ends a connection that brings others. */
export function follow(socket: Socket, from: number, seen: (at: number) => void): () => void {
  let at = from
  const hear = (data: Buffer) => {
    if (!matches(data, at)) return socket.destroy(new Error(`other bytes than were sent, around ${at}`))
    at += data.length
    return seen(at)
  }
  socket.on('data', hear)
  return () => socket.off('data', hear)
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
