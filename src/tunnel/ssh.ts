import type { Socket } from 'node:net'
import type { Client, ClientChannel } from 'ssh2'
import { watchLife, withoutTraces } from './socket.ts'
import type { Destination } from './types.ts'

export interface Terminal {
  readonly term: string
  readonly columns: number
  readonly rows: number
}

type Opened = (error: Error | undefined, channel: ClientChannel) => void

/** One SSH connection to the bastion, from being let in to its end. */
export class SshConnection {
  /** Fulfilled with why it ended. */
  readonly ended: Promise<Error>
  readonly #client: Client
  readonly #socket: Socket
  /** Called in the very moment that it is lost, before any channel of it says that it has come to its end. */
  readonly #whenLost = new Set<() => void>()
  readonly #whenDrained = new Set<() => void>()
  readonly #end: (why: Error) => void
  readonly #stopWatching: () => void
  #lost: Error | null = null

  constructor(client: Client, socket: Socket, keepalive: number) {
    this.#client = client
    this.#socket = socket
    const { promise, resolve } = Promise.withResolvers<Error>()
    this.ended = promise
    this.#end = resolve
    this.#stopWatching = watchLife(socket, keepalive, () => this.lose(new Error('the server is silent')))
    socket.on('drain', () => this.#drained())
  }

  get lost(): boolean {
    return this.#lost !== null
  }

  /** Why it was lost. */
  get why(): Error | null {
    return this.#lost
  }

  /** Whether more has been written than the network takes: ssh2 itself goes on writing until the window is full. */
  get congested(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** What one piece of data becomes goes out as one, and `taken` is called when the next may come. */
  send(channel: ClientChannel, data: Buffer, taken: () => void): void {
    this.#socket.cork()
    withoutTraces(() => channel.write(data, taken))
    process.nextTick(() => this.#socket.uncork())
  }

  /** A connection from the bastion to there (direct-tcpip). */
  forward({ host, port }: Destination): Promise<ClientChannel> {
    return this.#open((opened) => this.#client.forwardOut('127.0.0.1', 0, host, port, opened))
  }

  /** A shell at a terminal of this kind and size. */
  shell({ term, columns, rows }: Terminal): Promise<ClientChannel> {
    return this.#open((opened) => this.#client.shell({ term, cols: columns, rows, width: 0, height: 0 }, opened))
  }

  /** A command without a terminal. */
  run(command: string): Promise<ClientChannel> {
    return this.#open((opened) => this.#client.exec(command, opened))
  }

  /** Called at once when the connection is lost. Returns what takes it back. */
  whenLost(act: () => void): () => void {
    this.#whenLost.add(act)
    return () => this.#whenLost.delete(act)
  }

  /** Called once, when the network has taken everything. Returns what takes it back. */
  whenDrained(act: () => void): () => void {
    this.#whenDrained.add(act)
    return () => this.#whenDrained.delete(act)
  }

  close(): void {
    // Says goodbye before the socket goes: what the system has taken it still sends.
    this.#client.end()
    this.lose(new Error('closed'))
  }

  /** The end, whoever noticed it first. */
  lose(why: Error): void {
    if (this.#lost) return
    this.#lost = why
    this.#stopWatching()
    for (const act of [...this.#whenLost]) act()
    this.#whenLost.clear()
    this.#whenDrained.clear()
    this.#socket.destroy()
    this.#end(why)
  }

  #drained(): void {
    const waiting = [...this.#whenDrained]
    this.#whenDrained.clear()
    for (const act of waiting) act()
  }

  #open(ask: (opened: Opened) => void): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      const takeBack = this.whenLost(() => reject(this.#lost))
      ask((error, channel) => {
        takeBack()
        if (error) reject(error)
        else resolve(channel)
      })
    })
  }
}
