/** The words of the proxy, and which AWS operation an HTTP request is. Knows nothing of our code: it reads the wire. */

/** What can be seen of a request before its body is forwarded. `form` is the body of a query-protocol request, else ''. */
export interface Seen {
  readonly method: string
  /** With the query string, as on the request line. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly form: string
}

export interface Identity {
  /** As it stands in the signature: `elasticloadbalancing`, `tagging`, `monitoring`. */
  readonly service: string
  readonly region: string
  readonly accessKey: string
  readonly action: string
  /** Whether the operation may change something in AWS. What is not known to be a read counts as a change. */
  readonly mutating: boolean
}

/** One call as it went over the wire. The proxy fills in the later fields as they become known. */
export interface Call extends Identity {
  /** 1, 2, 3 … in the order of arrival since the last `reset()`. */
  readonly number: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** The parameters of a query-protocol call, else empty. */
  readonly form: Readonly<Record<string, string>>
  /** The body of a call that is a form or JSON, else empty. */
  readonly text: string
  /** Calls under way when this one began, itself included. */
  readonly inFlight: number
  /** When it came, in ticks of a clock of the proxy's own: 1, 2, 3 … for whatever happens. */
  readonly began: number
  /** The tick at which its answer was on the way; 0 as long as it is not. Nobody can have acted on it before. */
  answered: number
  /** Its body and its answer's as text, while the proxy is told to listen; else empty. */
  sent: string
  got: string
  /** 0 as long as nothing was answered, and for good when the connection was cut. */
  status: number
  ms: number
  requestBytes: number
  responseBytes: number
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * `reset-before`: cut before it reached AWS. `reset-after`: it took effect, and the answer is lost. `hang`: no answer, ever.
 * An answer: given instead of AWS's, which never hears of the call. `pause`: held before it reaches AWS. `rewrite`: it took
 * effect, and this is answered.
 */
export type Verdict =
  | 'forward'
  | 'reset-before'
  | 'reset-after'
  | 'hang'
  | Answer
  | { readonly pause: Promise<unknown> }
  | { readonly rewrite: (answer: Heard) => Answer | 'reset' | Promise<Answer | 'reset'> }

/** What AWS answered. A body that is not text comes through `rewrite` damaged. */
export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Interceptor = (call: Call) => Verdict | Promise<Verdict>

export interface Report {
  readonly total: number
  readonly reads: number
  readonly changes: number
  /** The most calls that were under way at one moment. */
  readonly peak: number
  /** `{ ec2: { CreateVpc: 1 } }` */
  readonly byService: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** By name; a service of REST, whose operations have none on the wire, by method. */
const READS =
  /^(Get|List|Describe|Head|Lookup|Search|Query|Scan|Select|BatchGet|Simulate|Filter|Validate|Check|Test|Estimate|Preview|Decode|AssumeRole|GET |HEAD )/

export function identify(seen: Seen): Identity {
  const url = new URL(seen.path, 'http://emulator')
  const [accessKey = '', , region = '', service = ''] = credential(seen, url).split('/')
  const action = actionOf(seen, url, service)
  return { service, region, accessKey, action, mutating: !READS.test(action) }
}

function header(seen: Seen, name: string): string {
  const value = seen.headers[name]
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}

function credential(seen: Seen, url: URL): string {
  const signed = /Credential=([^,\s]+)/.exec(header(seen, 'authorization'))?.[1]
  return signed ?? url.searchParams.get('X-Amz-Credential') ?? ''
}

function actionOf(seen: Seen, url: URL, service: string): string {
  const target = header(seen, 'x-amz-target').split('.').at(-1)
  const rpc = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(url.pathname)?.[1]
  const query = new URLSearchParams(seen.form).get('Action') ?? url.searchParams.get('Action')
  const named = target || rpc || query
  if (named) return named
  return service === 's3' ? s3Action(seen, url) : `${seen.method} ${url.pathname}`
}

/** The query keys that name a part of a bucket, and how its operations are called. A read is always `Get` and the name. */
const BUCKET_PARTS: Readonly<Record<string, string>> = {
  accelerate: 'BucketAccelerateConfiguration',
  acl: 'BucketAcl',
  analytics: 'BucketAnalyticsConfiguration',
  cors: 'BucketCors',
  encryption: 'BucketEncryption',
  'intelligent-tiering': 'BucketIntelligentTieringConfiguration',
  inventory: 'BucketInventoryConfiguration',
  lifecycle: 'BucketLifecycleConfiguration',
  location: 'BucketLocation',
  logging: 'BucketLogging',
  metrics: 'BucketMetricsConfiguration',
  notification: 'BucketNotificationConfiguration',
  'object-lock': 'ObjectLockConfiguration',
  ownershipControls: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  policyStatus: 'BucketPolicyStatus',
  publicAccessBlock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  requestPayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
}

const OBJECT_PARTS: Readonly<Record<string, string>> = {
  acl: 'ObjectAcl',
  attributes: 'ObjectAttributes',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  tagging: 'ObjectTagging',
}

const VERBS: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' }

function s3Action(seen: Seen, url: URL): string {
  const [bucket = '', ...key] = url.pathname.slice(1).split('/')
  if (bucket === '') return 'ListBuckets'
  return key.join('/') === '' ? bucketAction(seen.method, url.searchParams) : objectAction(seen, url.searchParams)
}

function bucketAction(method: string, query: URLSearchParams): string {
  const part = partOf(BUCKET_PARTS, query)
  if (part) {
    const name = `${VERBS[method] ?? method}${part}`
    return name === 'DeleteBucketLifecycleConfiguration' ? 'DeleteBucketLifecycle' : name
  }
  if (method === 'GET' && query.has('versions')) return 'ListObjectVersions'
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads'
  if (method === 'GET') return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
  if (method === 'POST') return query.has('delete') ? 'DeleteObjects' : 'PostObject'
  return { HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method] ?? method
}

function objectAction(seen: Seen, query: URLSearchParams): string {
  const { method } = seen
  const part = partOf(OBJECT_PARTS, query)
  if (part) return `${VERBS[method] ?? method}${part}`
  const copy = header(seen, 'x-amz-copy-source') !== ''
  if (query.has('uploads')) return 'CreateMultipartUpload'
  if (query.has('uploadId')) return uploadAction(method, copy)
  if (method === 'POST') return query.has('restore') ? 'RestoreObject' : 'SelectObjectContent'
  if (method === 'PUT') return copy ? 'CopyObject' : 'PutObject'
  return { HEAD: 'HeadObject', GET: 'GetObject', DELETE: 'DeleteObject' }[method] ?? method
}

function uploadAction(method: string, copy: boolean): string {
  if (method === 'PUT') return copy ? 'UploadPartCopy' : 'UploadPart'
  return { GET: 'ListParts', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method] ?? method
}

function partOf(parts: Readonly<Record<string, string>>, query: URLSearchParams): string | undefined {
  return [...query.keys()].map((key) => parts[key]).find((name) => name !== undefined)
}

/** What a list of calls comes to. */
export function reportOf(calls: readonly Call[]): Report {
  const byService: Record<string, Record<string, number>> = {}
  for (const { service, action } of calls) {
    const actions = byService[service] ?? {}
    byService[service] = { ...actions, [action]: (actions[action] ?? 0) + 1 }
  }
  const changes = calls.filter((call) => call.mutating).length
  return {
    total: calls.length,
    reads: calls.length - changes,
    changes,
    peak: Math.max(0, ...calls.map((call) => call.inFlight)),
    byService,
  }
}
