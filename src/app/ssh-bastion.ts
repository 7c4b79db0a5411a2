import { join } from 'node:path'
import type { Instance } from '../aws/bastion.ts'
import * as bastions from '../aws/bastion.ts'
import type { Ctx } from '../aws/ctx.ts'
import { type DatabaseEndpoint, databaseOf, noDatabase, passwordOf } from '../aws/database-endpoint.ts'
import { explain } from '../aws/explain.ts'
import { isCredentials, isDenied, statusOf } from '../aws/failure.ts'
import { sendKey } from '../aws/instance-connect.ts'
import { stateOf } from '../aws/instances.ts'
import { Declined, Failed, Refused } from '../engine/errors.ts'
import { stateDirectory } from '../local/files.ts'
import { hostKeysIn, learnFromConsole } from '../tunnel/host-keys.ts'
import { openTunnel, type Tunnel } from '../tunnel/tunnel.ts'
import type { Bastion, Destination, TunnelEvent } from '../tunnel/types.ts'
import { letIn } from './let-in.ts'
import { toolsOf } from './observe.ts'
import type { Session } from './session.ts'

export interface WayOptions {
  /** Another way to the stack's bastion than its public address. */
  readonly bastion: Pick<Bastion, 'host' | 'port' | 'user'> | null
  /** Another place behind the bastion than the stack's database. */
  readonly database: Destination | null
  /** Null: the first that is free. */
  readonly localPort: number | null
  /** A shell is of use without a database, too. */
  readonly needsDatabase: boolean
  /** A stopped bastion may be started without asking. */
  readonly yes: boolean
  /** Whether to start it. Throws where nobody can be asked. */
  readonly mayStart: (id: string) => Promise<boolean>
  /** Whether to let this address in: null where nobody can be asked. */
  readonly mayAllow: (question: string) => Promise<boolean | null>
  readonly allowMyIp: boolean
  readonly tell: (event: TunnelEvent) => void
}

/** A tunnel that stands, and what is at its end. */
export interface Way {
  readonly tunnel: Tunnel
  readonly bastion: Bastion
  readonly database: DatabaseEndpoint | null
  /** Read anew each time, and kept by nobody. */
  readonly password: () => Promise<string>
}

const SSH = 22
/** Where PostgreSQL would be if it were on the bastion itself: for a shell where there is no database. */
const NOWHERE: Destination = { host: '127.0.0.1', port: 5432 }

/** Finds bastion and database as they are now, sees to it that the one lets us in, and opens the tunnel to the other. */
export async function openWay(session: Session, options: WayOptions): Promise<Way> {
  const ctx = toolsOf(session).ctx(null, null)
  session.emit({ kind: 'phase', phase: 'look', text: `looking for the bastion of ${session.stack} in ${ctx.region}` })
  const [item, database] = await Promise.all([bastions.bastionOf(ctx), databaseFor(session, ctx, options)])
  const there = bastions.standing(ctx, item)
  if (database === null && options.needsDatabase) throw noDatabase(ctx)
  if (options.bastion === null) await letIn(session, options)
  else if (options.allowMyIp)
    session.say('--allow-my-ip does nothing here: with --bastion your address is not asked for.')
  const finder = new Finder(session, ctx, options)
  const bastion = await finder.first(there)
  const tunnel = await openTunnel({
    find: () => finder.next(),
    admit: (to, publicKey) => finder.admit(to, publicKey),
    checkHostKey: finder.keys.check,
    destination: options.database ?? database ?? NOWHERE,
    listen: { host: '127.0.0.1', port: options.localPort ?? 'first-free' },
    signal: session.stop.signal,
    tell: options.tell,
  })
  const password = async () => {
    if (database === null) throw noDatabase(ctx)
    return passwordOf(ctx, database)
  }
  return { tunnel, bastion, database, password }
}

/** What stands in the way of the database is told where it is not needed, and stops nothing. */
async function databaseFor(session: Session, ctx: Ctx, options: WayOptions): Promise<DatabaseEndpoint | null> {
  try {
    return await databaseOf(ctx, { running: options.database === null })
  } catch (error) {
    session.stop.signal.throwIfAborted()
    if (options.needsDatabase) throw error
    session.say(`Going on without the database: ${explain(error, session.connection).message}`)
    return null
  }
}

/** One file a stack: the same name may stand for another one in another account. */
const hostKeysFile = ({ stack, identity, loaded }: Session): string =>
  join(stateDirectory(), 'host-keys', `${stack}-${identity.account}-${loaded.config.region}`)

/** The stack's bastion, found anew before every try to connect: it may have been replaced, or moved. */
class Finder {
  readonly keys: ReturnType<typeof hostKeysIn>
  readonly #session: Session
  readonly #ctx: Ctx
  readonly #options: WayOptions
  /** Found, and not yet connected to. */
  #fresh: Bastion | null = null

  constructor(session: Session, ctx: Ctx, options: WayOptions) {
    this.#session = session
    this.#ctx = ctx
    this.#options = options
    this.keys = hostKeysIn(hostKeysFile(session))
  }

  /** The first time it may be started, if somebody says so. */
  async first(item: Instance): Promise<Bastion> {
    const { mayStart } = this.#options
    const start = async () => {
      if (!(await mayStart(item.InstanceId ?? ''))) throw new Declined('The bastion stays stopped.')
      return this.#start(item)
    }
    this.#fresh = await this.#reach(item, start)
    return this.#fresh
  }

  /** What is missing now may come back: it is being replaced, or started by somebody. Nobody is asked any more. */
  async next(): Promise<Bastion> {
    const known = this.#fresh
    this.#fresh = null
    if (known !== null) return known
    try {
      const item = bastions.standing(this.#ctx, await bastions.bastionOf(this.#ctx))
      return await this.#reach(item, () => (this.#options.yes ? this.#start(item) : Promise.reject(stopped(item))))
    } catch (error) {
      const problem = explain(error, this.#session.connection)
      throw problem instanceof Refused ? new Failed(problem.code, problem.message, problem.details) : problem
    }
  }

  async admit({ instanceId, user }: Bastion, publicKey: string): Promise<void> {
    if (instanceId === null) return
    try {
      await sendKey(this.#ctx, { instanceId, user, publicKey })
    } catch (error) {
      throw explain(error, this.#session.connection)
    }
  }

  #start(item: Instance): Promise<Instance> {
    this.#session.emit({ kind: 'phase', phase: 'apply', text: `starting the bastion ${item.InstanceId}` })
    return bastions.startBastion(this.#ctx, item)
  }

  async #reach(item: Instance, start: () => Promise<Instance>): Promise<Bastion> {
    const id = item.InstanceId ?? ''
    const wakened = bastions.isStopped(item) ? await start() : item
    const running = stateOf(wakened) === 'pending' ? await bastions.untilRunning(this.#ctx, id) : wakened
    const named = this.#options.bastion
    const way = named ?? { host: bastions.publicAddressOf(running), port: SSH, user: bastions.BASTION_USER }
    const bastion = { ...way, instanceId: id, named: named !== null }
    if (!(await this.keys.knows(bastion))) await this.#learn(bastion, id)
    return bastion
  }

  /** What it says of itself on its console nobody in between can have changed. */
  async #learn(bastion: Bastion, id: string): Promise<void> {
    const lines = learnFromConsole((await this.#console(id)) ?? '')
    if (lines.length > 0) await this.keys.learn(bastion, lines)
  }

  /** Null where AWS does not show it, for whatever reason: the tunnel can do without. */
  async #console(id: string): Promise<string | null> {
    try {
      return await bastions.consoleOf(this.#ctx, id)
    } catch (error) {
      this.#session.stop.signal.throwIfAborted()
      // Without an answer of AWS's own, or with credentials that are over, nothing else would go on either.
      if (statusOf(error) === undefined || isCredentials(error)) throw error
      const why = isDenied(error)
        ? 'may not be read (ec2:GetConsoleOutput)'
        : `cannot be read (${explain(error, this.#session.connection).message.replace(/\.$/, '')})`
      this.#options.tell({
        kind: 'note',
        text: `the console of the bastion ${why}: its key is trusted on first use`,
      })
      return null
    }
  }
}

const stopped = ({ InstanceId }: Instance): Failed =>
  new Failed('BastionStopped', `The bastion ${InstanceId} is stopped.`, {
    address: 'ec2:instance/bastion',
    hint: 'Start it, or run the same command again: it offers to.',
  })
