import type { ACM } from '@aws-sdk/client-acm'
import type { AutoScaling } from '@aws-sdk/client-auto-scaling'
import type { CloudWatch } from '@aws-sdk/client-cloudwatch'
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import type { DynamoDB } from '@aws-sdk/client-dynamodb'
import type { EC2 } from '@aws-sdk/client-ec2'
import type { EC2InstanceConnect } from '@aws-sdk/client-ec2-instance-connect'
import type { EFS } from '@aws-sdk/client-efs'
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { IAM } from '@aws-sdk/client-iam'
import type { KMS } from '@aws-sdk/client-kms'
import type { RDS } from '@aws-sdk/client-rds'
import type { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api'
import type { S3 } from '@aws-sdk/client-s3'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { ServiceQuotas } from '@aws-sdk/client-service-quotas'
import type { SNS } from '@aws-sdk/client-sns'
import type { SSM } from '@aws-sdk/client-ssm'
import type { STS } from '@aws-sdk/client-sts'
import type { AwsCredentialIdentity } from '@smithy/types'
import type { Chain } from './credentials.ts'
import { type Gate, install } from './middleware.ts'
import { CarefulRetry } from './retry.ts'
import type { Service } from './service.ts'

/** One client a service. Each is loaded with the first call that needs it, so that `--help` loads none. */
export interface Clients {
  readonly ec2: EC2
  readonly elbv2: ElasticLoadBalancingV2
  readonly autoscaling: AutoScaling
  readonly iam: IAM
  readonly s3: S3
  readonly logs: CloudWatchLogs
  readonly ssm: SSM
  readonly sts: STS
  readonly tagging: ResourceGroupsTaggingAPI
  readonly rds: RDS
  readonly dynamodb: DynamoDB
  readonly efs: EFS
  readonly kms: KMS
  readonly sns: SNS
  readonly cloudwatch: CloudWatch
  readonly acm: ACM
  readonly instanceConnect: EC2InstanceConnect
  readonly secrets: SecretsManager
  readonly quotas: ServiceQuotas
}

export interface Connection {
  readonly region: string
  readonly profile?: string | undefined
  /** All services go there; null: wherever the SDK's own settings say. */
  readonly endpoint: string | null
  /** Whether calls go anywhere else than to AWS itself; asked when the first client of S3 is built. */
  readonly custom?: (() => boolean) | undefined
  /** Only for the local AWS; else those of the gate, and without any the SDK's standard chain. */
  readonly credentials?: AwsCredentialIdentity | undefined
  /** Milliseconds after which an attempt without an answer is given up. */
  readonly attemptMs?: number | undefined
}

interface Anything {
  readonly [method: string]: (...args: unknown[]) => unknown
}
type Construct = (config: object) => object

const LOADERS: Readonly<Record<Service, () => Promise<Construct>>> = {
  ec2: async () => maker((await import('@aws-sdk/client-ec2')).EC2),
  elbv2: async () => maker((await import('@aws-sdk/client-elastic-load-balancing-v2')).ElasticLoadBalancingV2),
  autoscaling: async () => maker((await import('@aws-sdk/client-auto-scaling')).AutoScaling),
  iam: async () => maker((await import('@aws-sdk/client-iam')).IAM),
  s3: async () => maker((await import('@aws-sdk/client-s3')).S3),
  logs: async () => maker((await import('@aws-sdk/client-cloudwatch-logs')).CloudWatchLogs),
  ssm: async () => maker((await import('@aws-sdk/client-ssm')).SSM),
  sts: async () => maker((await import('@aws-sdk/client-sts')).STS),
  tagging: async () => maker((await import('@aws-sdk/client-resource-groups-tagging-api')).ResourceGroupsTaggingAPI),
  rds: async () => maker((await import('@aws-sdk/client-rds')).RDS),
  dynamodb: async () => maker((await import('@aws-sdk/client-dynamodb')).DynamoDB),
  efs: async () => maker((await import('@aws-sdk/client-efs')).EFS),
  kms: async () => maker((await import('@aws-sdk/client-kms')).KMS),
  sns: async () => maker((await import('@aws-sdk/client-sns')).SNS),
  cloudwatch: async () => maker((await import('@aws-sdk/client-cloudwatch')).CloudWatch),
  acm: async () => maker((await import('@aws-sdk/client-acm')).ACM),
  instanceConnect: async () => maker((await import('@aws-sdk/client-ec2-instance-connect')).EC2InstanceConnect),
  secrets: async () => maker((await import('@aws-sdk/client-secrets-manager')).SecretsManager),
  quotas: async () => maker((await import('@aws-sdk/client-service-quotas')).ServiceQuotas),
}

const maker =
  <C extends object>(Client: new (config: never) => C): Construct =>
  (config) =>
    new Client(config as never)

/** Lazy clients for a connection, whose calls pass through `gate`. */
export function connect(connection: Connection, gate: Gate): Clients {
  const client = (service: Service) => lazy(async () => build(service, connection, gate))
  return Object.fromEntries(
    Object.keys(LOADERS).map((service) => [service, client(service as Service)]),
  ) as unknown as Clients
}

async function build(service: Service, connection: Connection, gate: Gate): Promise<object> {
  const [construct, settings] = await Promise.all([LOADERS[service](), settingsOf(service, connection)])
  const credentials = connection.credentials ?? providerOf(gate)
  const client = construct({ ...settings, ...(credentials === undefined ? {} : { credentials }) })
  install(client, service, gate)
  return client
}

/** Marked as one that remembers by itself: the SDK would ask it once a client, and never again. */
const providerOf = ({ credentials }: Gate) =>
  credentials ? Object.assign(() => credentials.provide(), { memoized: true }) : undefined

/** The SDK's standard chain as a client has it that was given nothing. Its files are read anew each time. */
export async function openChain(connection: Connection): Promise<Chain> {
  const [construct, settings] = await Promise.all([LOADERS.sts(), settingsOf('sts', connection)])
  const { config } = construct({ ...settings, ignoreCache: true }) as {
    readonly config: { readonly credentials: Chain }
  }
  return () => config.credentials()
}

async function settingsOf(service: Service, connection: Connection): Promise<object> {
  const { region, profile, endpoint } = connection
  return {
    region,
    retryStrategy: new CarefulRetry(),
    requestHandler: await handlerFor(connection.attemptMs ?? ATTEMPT_MS),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === null ? {} : { endpoint }),
    // A bucket name in the host name needs DNS that a custom endpoint rarely has.
    ...(service === 's3' && (customEndpoint(endpoint) || connection.custom?.()) ? { forcePathStyle: true } : {}),
  }
}

const customEndpoint = (endpoint: string | null): boolean =>
  endpoint !== null || (process.env.AWS_ENDPOINT_URL ?? process.env.AWS_ENDPOINT_URL_S3 ?? '') !== ''

const ATTEMPT_MS = 30_000

const handlers = new Map<number, Promise<object>>()

/** One pool of connections for all clients of the process that wait equally long. */
function handlerFor(requestTimeout: number): Promise<object> {
  const known = handlers.get(requestTimeout)
  if (known) return known
  const handler = import('@smithy/node-http-handler').then(
    ({ NodeHttpHandler }) =>
      new NodeHttpHandler({
        connectionTimeout: 5_000,
        requestTimeout,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: true, maxSockets: 64 },
        httpsAgent: { keepAlive: true, maxSockets: 64 },
      }),
  )
  handlers.set(requestTimeout, handler)
  return handler
}

/**
 * Stands in for a client until a method of it is called. `paginate…` gives an iterable, everything else a promise,
 * exactly as the client's own methods do.
 */
function lazy(load: () => Promise<object>): object {
  let loaded: Promise<Anything> | undefined
  const get = () => {
    loaded ??= load() as Promise<Anything>
    return loaded
  }
  return new Proxy(
    {},
    { get: (_, name) => (typeof name === 'string' && name !== 'then' ? method(get, name) : undefined) },
  )
}

function method(get: () => Promise<Anything>, name: string): (...args: unknown[]) => unknown {
  if (name.startsWith('paginate')) {
    return async function* pages(...args: unknown[]) {
      const client = await get()
      yield* call(client, name, args) as AsyncIterable<unknown>
    }
  }
  return async (...args) => call(await get(), name, args)
}

const call = (client: Anything, name: string, args: unknown[]): unknown => {
  const found = client[name]
  if (typeof found !== 'function') throw new TypeError(`The SDK's client has no method ${name}.`)
  return found.apply(client, args)
}
