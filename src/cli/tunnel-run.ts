import type { Session } from '../app/session.ts'
import { openWay, type Way, type WayOptions } from '../app/ssh-bastion.ts'
import type { DatabaseEndpoint } from '../aws/database-endpoint.ts'
import { explain } from '../aws/explain.ts'
import { pace } from '../aws/wait.ts'
import type { Problem } from '../engine/errors.ts'
import { FOREIGN_VARIABLES, libpqVariables, type TunnelFacts, tunnelDocument } from '../report/tunnel-document.ts'
import { exportsText, rootlessLines, tunnelText } from '../report/tunnel-text.ts'
import { harmlessJson, harmlessOutput } from '../text/harmless.ts'
import { openShell } from '../tunnel/shell.ts'
import type { TunnelEvent } from '../tunnel/types.ts'
import { plainView } from '../ui/plain-view.ts'
import { printable } from '../ui/words.ts'
import { runChild } from './child.ts'
import { lacksRoots, noRoots, rootCertificates } from './root-certificates.ts'
import type { Stage } from './stage.ts'

/** What the tunnel is for. */
export type Purpose =
  | { readonly kind: 'stay'; readonly as: 'text' | 'json' | 'exports' }
  | { readonly kind: 'shell' }
  | { readonly kind: 'command'; readonly command: readonly string[] }

export interface TunnelWishes extends Omit<WayOptions, 'tell' | 'needsDatabase'> {
  readonly purpose: Purpose
}

export interface Hands {
  /** There is a tunnel to close from here on. */
  readonly stands: () => void
  /** Signals are the child's from here on. */
  readonly deafen: () => void
  /** What was asked for stands; what comes after it goes elsewhere. */
  readonly ready: () => void
}

/**
 * One tunnel, from the first look to its end. Standard output is for what was asked for (the lines to connect with, or
 * the command's own words); everything that happens is told on standard error, a line each.
 */
export class TunnelRun {
  readonly #session: Session
  readonly #stage: Stage
  readonly #hands: Hands
  /** A command's own words are what its caller wants to see: only what is out of the ordinary is told among them. */
  #quiet = false
  /** A shell ends with its connection, and says so itself. */
  #shellOnly = false
  /** Nobody here can verify a database of that region. */
  #rootless = false

  constructor(session: Session, stage: Stage, hands: Hands) {
    this.#session = session
    this.#stage = stage
    this.#hands = hands
    const view = plainView({ out: process.stderr, pace: pace() })
    stage.listen((event) => {
      if (!this.#quiet || event.kind !== 'phase') view.emit(event)
    })
  }

  /** The exit code. */
  async go({ purpose, ...wishes }: TunnelWishes): Promise<number> {
    this.#quiet = purpose.kind !== 'stay'
    this.#shellOnly = purpose.kind === 'shell'
    const { region } = this.#session.loaded.config
    this.#rootless = purpose.kind !== 'shell' && (await lacksRoots(region, process.env))
    if (this.#rootless && purpose.kind === 'command') throw noRoots(region)
    const options = {
      ...wishes,
      needsDatabase: purpose.kind !== 'shell',
      tell: (event: TunnelEvent) => this.#tell(event),
    }
    const way = await openWay(this.#session, options).catch(this.#orInterrupted)
    this.#hands.stands()
    try {
      return await this.#use(way, purpose).catch(this.#orInterrupted)
    } finally {
      await way.tunnel.close()
      // It may have ended by itself before that, and nobody may have asked.
      await way.tunnel.ended.catch(() => undefined)
    }
  }

  /** What Ctrl-C has torn down may say so in words of its own: what counts is that it was asked for. */
  readonly #orInterrupted = (error: unknown): never => {
    this.#session.stop.signal.throwIfAborted()
    throw error
  }

  async #use(way: Way, purpose: Purpose): Promise<number> {
    if (purpose.kind === 'shell') return this.#shell(way)
    if (way.database === null) throw new Error('A tunnel without a database has nothing to offer.')
    using certificates = await rootCertificates(process.env)
    const facts = this.#factsOf(way, way.database, certificates.path)
    // Awaited here, for the certificates go with this block.
    if (purpose.kind === 'command') return await this.#command(way, purpose.command, facts)
    this.#offer(facts, purpose.as)
    await way.tunnel.ended
    return 0
  }

  #offer(facts: TunnelFacts, as: 'text' | 'json' | 'exports'): void {
    const { color, out } = this.#stage
    const width = out.columns
    const text = {
      text: () => tunnelText(facts, { color, width }),
      json: () => JSON.stringify(tunnelDocument(facts)),
      exports: () => exportsText(facts),
    }[as]()
    process.stdout.write(`${as === 'json' ? harmlessJson(text) : harmlessOutput(text)}\n`)
    if (this.#rootless && as !== 'text') for (const line of rootlessLines(facts)) this.#session.say(line)
    this.#hands.ready()
  }

  async #command(way: Way, command: readonly string[], facts: TunnelFacts): Promise<number> {
    const foreign = Object.fromEntries(FOREIGN_VARIABLES.map((name) => [name, undefined]))
    const env = { ...foreign, ...libpqVariables(facts), PGPASSWORD: await way.password() }
    this.#session.stop.signal.throwIfAborted()
    const lost = new AbortController()
    let trouble: Problem | null = null
    way.tunnel.ended.catch((error: unknown) => {
      trouble = explain(error, this.#session.connection)
      lost.abort(error)
    })
    const code = await runChild(command, { env, lost: lost.signal, deafen: this.#hands.deafen })
    if (trouble !== null) throw trouble
    return code
  }

  async #shell({ tunnel, database }: Way): Promise<number> {
    if (database !== null) this.#session.say(`The database is at 127.0.0.1:${tunnel.port} meanwhile.`)
    const { stdin, stdout, stderr } = process
    return openShell(await tunnel.connection(), { stdin, stdout, stderr, signal: this.#session.stop.signal })
  }

  #tell({ kind, text }: TunnelEvent): void {
    const usual = kind === 'connecting' || kind === 'connected'
    if ((this.#quiet && usual) || (this.#shellOnly && kind === 'lost')) return
    // From here on it matters how it goes on.
    this.#quiet = false
    process.stderr.write(`${printable(text)}\n`)
  }

  #factsOf({ tunnel, bastion }: Way, database: DatabaseEndpoint, certificates: string): TunnelFacts {
    const { host, port, user, instanceId } = bastion
    const { stack, loaded } = this.#session
    return {
      ...{
        stack,
        region: loaded.config.region,
        port: tunnel.port,
        bastion: { host, port, user },
        instance: instanceId,
      },
      ...{ database, rootCertificates: certificates, rootless: this.#rootless },
    }
  }
}
