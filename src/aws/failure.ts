import { Problem } from '../engine/errors.ts'

interface Wire {
  readonly name?: string
  readonly code?: string
  readonly Code?: string
  readonly message?: string
  readonly errno?: number
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

const wire = (error: unknown): Wire => (typeof error === 'object' && error !== null ? (error as Wire) : {})

/** AWS's code without the suffixes that the SDK's shapes add (aws-behaviours.md 0.1). */
export const codeOf = (error: unknown): string => {
  const { name, code, Code } = wire(error)
  const raw = [name, Code, code].find(
    (candidate) => typeof candidate === 'string' && !['Error', 'Unknown', 'UnknownError'].includes(candidate),
  )
  return (raw ?? '').replace(/(Exception|Fault|Error)$/, '')
}

export const messageOf = (error: unknown): string => wire(error).message ?? String(error)

export const statusOf = (error: unknown): number | undefined => wire(error).$metadata?.httpStatusCode

export const requestIdOf = (error: unknown): string | undefined => wire(error).$metadata?.requestId

const GONE = /(\.NotFound|NotFoundException|NotFound|Gateway\.NotAttached|NoSuch[A-Za-z]*)$/i

/** There is no such thing (any more), in whichever words the service puts it (aws-behaviours.md 0.1). */
export function isGone(error: unknown): boolean {
  if (GONE.test(codeOf(error)) || codeOf(error) === '404') return true
  return codeOf(error) === 'Validation' && /not found/i.test(messageOf(error))
}

/** Lets a thing be gone already. */
export async function unlessGone<T>(act: Promise<T>): Promise<T | undefined> {
  try {
    return await act
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

const CREDENTIALS = new Set([
  'ExpiredToken',
  'RequestExpired',
  'InvalidSecurity.RequestHasExpired',
  'InvalidClientTokenId',
  'UnrecognizedClient',
  'InvalidAccessKeyId',
  'AuthFailure',
  'SignatureDoesNotMatch',
  'InvalidSignature',
  'CredentialsProvider',
  'TokenProvider',
  'OptInRequired',
  'InvalidToken',
])

/** Bad or expired credentials: the run ends, no resource is to blame (aws-behaviours.md 0.3). */
export const isCredentials = (error: unknown): boolean => CREDENTIALS.has(codeOf(error))

const DENIED = new Set([
  'UnauthorizedOperation',
  'AccessDenied',
  'AuthorizationError',
  'Authorization',
  'NotAuthorized',
  'Forbidden',
])

export const isDenied = (error: unknown): boolean => DENIED.has(codeOf(error))

const NETWORK = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

const CUT = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

/** Somebody was there, and hung up. */
export const isCut = (error: unknown): boolean =>
  CUT.includes(wire(error).code ?? '') || /socket hang up/.test(messageOf(error))

/** The endpoint cannot be reached, or hung up. */
export const isNetwork = (error: unknown): boolean =>
  NETWORK.has(wire(error).code ?? '') || ['Timeout', 'RequestTimeout', 'Abort'].includes(codeOf(error)) || isCut(error)

/** Codes as `codeOf` gives them, of all services (aws-behaviours.md 0.2). */
const THROTTLE =
  /^(Throttl(ing|ed)|RequestThrottled|RequestLimitExceeded|EC2Throttled|BandwidthLimitExceeded|SlowDown|TooManyRequests|PriorRequestNotComplete|ProvisionedThroughputExceeded)$/

/** Too many calls: this one was not done. EC2 and S3 say so with a status of 503. */
const isThrottle = (error: unknown): boolean => THROTTLE.test(codeOf(error))

/** No answer that says what has happened: the call may or may not have taken effect. */
export function isLost(error: unknown): boolean {
  if (error instanceof Problem) return false
  const clear = isCapacity(error) || isThrottle(error)
  return isNetwork(error) || ((statusOf(error) ?? 0) >= 500 && !clear)
}

const CAPACITY =
  /^(Insufficient\w*Capacity|\w*LimitExceeded|LimitExceeded|\w*QuotaExceeded|TooMany(?!Requests)\w*|Unsupported|MaxTemplateVersionLimitExceeded)$/

/** Quota and capacity refusals. Never retried as if they were throttles (aws-behaviours.md 0.2, traps 1 and 2). */
export const isCapacity = (error: unknown): boolean =>
  wire(error).name === ONCE_A_DAY ||
  (CAPACITY.test(codeOf(error)) && !['RequestLimitExceeded', 'ProvisionedThroughputExceeded'].includes(codeOf(error)))

/** EFS's refusal to change a throughput mode twice in 24 hours; the names of throttles go on with `Exception`. */
const ONCE_A_DAY = 'TooManyRequests'

const EXISTS =
  /(AlreadyExists|AlreadyExist|\.Duplicate|^Duplicate\w+|InvalidSubnet\.Conflict|MountTargetConflict|AlreadyOwnedByYou|IdempotentParameterMismatch|IdempotentInstanceTerminated|AlreadyAssociated)/

/** Something of that name, token or range is there: look. SNS and DynamoDB have no code of their own for it. */
export const isExisting = (error: unknown): boolean =>
  EXISTS.test(codeOf(error)) ||
  (codeOf(error) === 'ResourceInUse' && /table already exists/i.test(messageOf(error))) ||
  (codeOf(error) === 'InvalidParameter' && /already exists with different/i.test(messageOf(error)))

const PASSING =
  /(InvalidState|InvalidDB\w+State|Incorrect\w*State|DependencyViolation|ResourceInUse|InUse$|OperationAborted|ConcurrentModification|ResourceContention|ScalingActivityInProgress|PreconditionFailed|TemporarilyUnmodifiable)/

/** Refused because of the thing's state: right to try again when it is ready. */
const isPassing = (error: unknown): boolean => PASSING.test(codeOf(error))

const HELD = /(DependencyViolation|InUse|DeleteConflict|InvalidDB(Subnet|Parameter)GroupState)$/

/** A deletion was refused because something else holds on to the thing, and not for any trouble with AWS. */
export const isHeld = (error: unknown): boolean => HELD.test(codeOf(error))

/** How the engine has to take an error. */
export type Verdict = 'exists' | 'lost' | 'not-now' | 'stop' | 'refused'

/** What an error of AWS means for the run. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Problem) return STOPS.has(error.code) ? 'stop' : 'refused'
  if (isCredentials(error)) return 'stop'
  if (isExisting(error)) return 'exists'
  if (isLost(error)) return 'lost'
  return isPassing(error) ? 'not-now' : 'refused'
}

const STOPS = new Set(['Interrupted', 'LeaseLost', 'Credentials'])
