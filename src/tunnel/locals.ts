import type { Socket } from 'node:net'
import type { ClientChannel } from 'ssh2'
import { brief, isRefusal, whyNoForward } from './failure.ts'
import { join } from './forward.ts'
import type { Link } from './link.ts'
import { Seldom } from './seldom.ts'
import type { SshConnection } from './ssh.ts'
import type { Destination, TunnelEvent } from './types.ts'

interface Setting {
  readonly link: Link
  readonly destination: Destination
  /** Milliseconds that a local connection waits for an SSH connection. */
  readonly wait: number
  readonly tell: (event: TunnelEvent) => void
}

/** Milliseconds in which the same is told once: a pool of connections fails fifty times at once. */
const QUIET = 5_000

/** The connections of this machine that came to the listener. */
export class Locals {
  readonly #setting: Setting
  readonly #open = new Set<Socket>()
  readonly #news: Seldom

  constructor(setting: Setting) {
    this.#setting = setting
    this.#news = new Seldom(setting.tell, QUIET)
  }

  meet(local: Socket): void {
    this.#open.add(local)
    local.once('close', () => this.#open.delete(local))
    // A reset by the local program: `close` follows, and says all that there is to know.
    local.on('error', () => undefined)
    this.#lead(local).catch((error: unknown) => {
      local.resetAndDestroy()
      // At the end of all things they are all cut, and it is told why once.
      if (!this.#setting.link.over)
        this.#news.tell({ kind: 'note', text: `a local connection was cut: ${brief(error)}` })
    })
  }

  cut(): void {
    for (const local of this.#open) local.resetAndDestroy()
  }

  async #lead(local: Socket): Promise<void> {
    const { link, wait } = this.#setting
    const until = Date.now() + wait
    while (!local.destroyed) {
      const connection = await link.connection(Math.max(1, until - Date.now()))
      const channel = await this.#channel(connection, local)
      if (channel === null) continue
      link.useful()
      if (local.destroyed) return channel.close()
      return join(local, channel, connection)
    }
  }

  /** Null when the connection was lost before anything had gone through: the next one will do as well. */
  async #channel(connection: SshConnection, local: Socket): Promise<ClientChannel | null> {
    try {
      return await connection.forward(this.#setting.destination)
    } catch (error) {
      if (connection.lost) return null
      if (!isRefusal(error)) {
        connection.lose(error instanceof Error ? error : new Error(String(error)))
        return null
      }
      // Before the program at the other end has a word for it: what it says then is explained already.
      this.#news.tell({ kind: 'refused', text: whyNoForward(error, this.#setting.destination) })
      local.resetAndDestroy()
      return null
    }
  }
}
