import { type Clients, type Connection, connect, openChain } from '../aws/clients.ts'
import { Credentials } from '../aws/credentials.ts'
import { type Identity, identify } from '../aws/facts.ts'
import type { Gate } from '../aws/middleware.ts'
import { Rates } from '../aws/rate.ts'
import type { LoadedConfig } from '../config/load.ts'
import { stackId } from '../config/schema.ts'
import type { Emit } from '../engine/events.ts'
import { LOCAL_CREDENTIALS, startLocal } from '../local/index.ts'
import { leaseSeconds } from '../state/lock-document.ts'
import { S3Store } from '../state/s3-store.ts'
import { Meter } from './meter.ts'
import { requireProfile } from './profiles.ts'

/** What the flags of every command that talks to AWS say. */
export interface Access {
  readonly profile: string | undefined
  readonly endpointUrl: string | undefined
  readonly local: boolean
  readonly verbose: boolean
}

/** How a command is heard and stopped. */
export interface Surroundings {
  readonly say: (line: string) => void
  readonly emit: Emit
  readonly stop: AbortController
}

/** A stack, and everything that is needed to work on it. */
export interface Session extends Surroundings {
  readonly loaded: LoadedConfig
  readonly stack: string
  readonly identity: Identity
  readonly connection: Connection
  /** False on an `http:` endpoint. */
  readonly tls: boolean
  readonly meter: Meter
  /** Clients whose calls end with the run, and need the lease to change something. */
  readonly clients: Clients
  readonly gate: Gate
  /** Clients of the state bucket: what is known has to be saved even when the run is stopped. */
  readonly stateClients: Clients
  readonly store: S3Store
  /** Lets changes pass only while the lease holds; null: no lock is held. */
  guard(permit: Permit | null): void
}

/** Milliseconds that a change may take. */
type Permit = () => Promise<number>

/** The scaled pace of the local AWS, where nothing takes time (cli.md). */
const LOCAL_PACE = '0.02'

/** Opens the connection, and asks AWS who we are: the first call tells whether all of it works. */
export async function openSession(loaded: LoadedConfig, access: Access, surroundings: Surroundings): Promise<Session> {
  const { region } = loaded.config
  const meter = new Meter(access.verbose ? surroundings.say : null)
  const custom = () => !isAws(meter.origin)
  const connection = { ...(await connectionFor(region, access, surroundings.say)), custom }
  let permit: Permit | null = null
  const never = new AbortController().signal
  const open: Gate = { rates: new Rates(), signal: never, permit: () => null, heard: meter.heard, credentials: null }
  const running: Running = { ...surroundings, runs: () => permit !== null }
  const always: Gate = { ...open, credentials: access.local ? null : credentialsFor(connection, open, running) }
  const gate: Gate = { ...always, signal: surroundings.stop.signal, permit: () => permit?.() ?? null }
  const clients = connect(connection, gate)
  // An answer that never comes must not cost the lease, so the next attempt begins while there is time for it.
  const stateClients = connect({ ...connection, attemptMs: (leaseSeconds() * 1_000) / 6 }, always)
  const identity = await identify(clients)
  always.credentials?.settle(identity.account)
  return {
    ...surroundings,
    ...{
      loaded,
      stack: stackId(loaded.config),
      identity,
      connection,
      tls: !isPlain(connection.endpoint, meter.origin),
    },
    ...{ meter, clients, gate, stateClients },
    store: new S3Store(stateClients, { account: identity.account, region }),
    guard: (next) => {
      permit = next
    },
  }
}

/**
 * So long as the lease may be unrenewed: a sixth has passed when it is noticed, and another is left to renew it in.
 */
const PATIENCE = 2 / 3

interface Running extends Surroundings {
  /** Whether something is being changed. A tunnel that stands needs no keys, and tries again. */
  readonly runs: () => boolean
}

function credentialsFor(connection: Connection, gate: Gate, { emit, stop, runs }: Running): Credentials {
  return new Credentials({
    open: () => openChain(connection),
    accountOf: async (credentials) => (await identify(connect({ ...connection, credentials }, gate))).account,
    patience: leaseSeconds() * PATIENCE,
    note: (text) => emit({ kind: 'note', address: null, text }),
    signal: stop.signal,
    gaveUp: (refusal) => {
      if (runs() && !stop.signal.aborted) stop.abort(refusal)
    },
  })
}

async function connectionFor(region: string, access: Access, say: (line: string) => void): Promise<Connection> {
  const { profile, endpointUrl } = access
  if (!access.local) {
    requireProfile(profile)
    return { region, profile, endpoint: endpointUrl ?? null }
  }
  process.env.ECOM_INFRA_PACE ??= LOCAL_PACE
  const { url } = await startLocal({ say })
  return { region, endpoint: url, credentials: LOCAL_CREDENTIALS }
}

/** By what was said, else by where the first call went: the SDK also reads endpoints from its own files. */
const isPlain = (endpoint: string | null, origin: string): boolean =>
  (endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? origin).startsWith('http:')

const isAws = (origin: string): boolean => /\.(amazonaws\.com(\.cn)?|api\.aws)(:\d+)?$/.test(origin)
