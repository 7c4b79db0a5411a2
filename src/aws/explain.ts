import { Failed, Problem } from '../engine/errors.ts'
import { codeOf, isCapacity, isDenied, isNetwork, messageOf, requestIdOf, statusOf } from './failure.ts'
import { type Peer, whereOf } from './peer.ts'
import { DENIAL, operationOf, rightFor } from './rights.ts'

/** What is known of the call that failed. */
export interface Circumstances {
  readonly address?: string | undefined
  /** The AWS operation, for example `ec2:CreateVpc`. */
  readonly action?: string | undefined
  readonly profile?: string | undefined
  readonly region?: string | undefined
  /** Null or absent: AWS itself, unless `AWS_ENDPOINT_URL` says otherwise. */
  readonly endpoint?: string | null | undefined
}

/** A failure, as far as the rules look at it. */
interface Scene extends Circumstances {
  readonly error: unknown
  readonly code: string
  readonly message: string
  readonly status: number
}

type Told = readonly [code: string, message: string, hint: string]
type Rule = (scene: Scene) => Told | null
const AGAIN = 'then run the same command again: it goes on from there.'

/** Anything that was thrown, as something a person can act on. Never holds a secret. */
export function explain(error: unknown, context: Circumstances = {}): Problem {
  if (error instanceof Problem) return error
  const [code, message] = [codeOf(error), scrub(messageOf(error))]
  const endpoint = context.endpoint ?? process.env.AWS_ENDPOINT_URL
  const action = operationOf(error) ?? context.action ?? DENIAL.exec(message)?.[2]
  const scene: Scene = { ...context, endpoint, action, code, message, error: error ?? {}, status: statusOf(error) ?? 0 }
  const [ours, meaning, hint] = RULES.reduce<Told | null>((told, rule) => told ?? rule(scene), null) ?? bug(scene)
  return new Failed(ours, meaning, {
    ...{ hint, address: context.address, action, requestId: requestIdOf(error), cause: scrubbed(error, message) },
    awsCode: scene.status > 0 && code !== '' && !isGarbled(scene) ? code : undefined,
  })
}

const SECRET = /((?:authorization|signature|password|secret\w*|\w*[-_]token)["']?\s*[:=]\s*)[^\s,;&]+/gi

/** A message without what must not be shown: signatures, tokens, keys, and what nobody can read. */
const scrub = (text: string): string =>
  text
    .replace(/\s*(Encoded authorization failure message:|Deserialization error:)[\s\S]*/, '')
    .replace(/(request signature we calculated does not match[^.]*\.)[\s\S]*/, '$1')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '(key)')
    .replace(SECRET, '$1…')
    .trim()

/** For `--verbose`: where it came from, in words that can be shown. */
function scrubbed(error: unknown, message: string): Error {
  const { name, stack = '' } = error instanceof Error ? error : new Error(message)
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line))
  return Object.assign(new Error(message), { name, stack: [`${name}: ${message}`, ...frames].join('\n') })
}

const ofProfile = ({ profile }: Scene): string => (profile === undefined ? '' : ` of the profile ${profile}`)

const credentials: Rule = (scene) => {
  const { code, message, profile } = scene
  const login = `aws sso login${profile === undefined ? '' : ` --profile ${profile}`}`
  const missing = /^(Credentials|Token)Provider$/.test(code)
  if (/^(ExpiredToken|RequestExpired|InvalidSecurity)/.test(code) || (missing && /expired|refresh/i.test(message))) {
    const hint = `Renew them (\`${login}\`, or wherever they came from), and compare the clock with \`date -u\`; ${AGAIN}`
    return ['Credentials', `The AWS credentials${ofProfile(scene)} have expired.`, hint]
  }
  if (!missing) return null
  const why = message.startsWith('Could not load credentials') ? '.' : `: ${message}`
  const ways = `in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), by \`aws configure\` or by \`${login}\``
  const hint = `Give them ${ways}, or name a profile with --profile. --local tries it without an account.`
  return ['Credentials', `There are no AWS credentials${ofProfile(scene)}${why}`, hint]
}

const clock: Rule = ({ code, message }) => {
  const skewed = /^(RequestTimeTooSkewed|RequestInTheFuture)$/.test(code)
  if (!skewed && !/signature (has )?expired|not yet current/i.test(message)) return null
  const hint = `Set it (compare \`date -u\`), ${AGAIN}`
  return ['ClockSkew', 'The clock of this machine is wrong, so AWS refuses its signatures.', hint]
}

/** Open to every account. Any other region, and every new one, has to be enabled first. */
const OPEN =
  /^((us|cn|us-gov)-\w+-\d|ca-central-1|eu-(west-\d|central-1|north-1)|ap-(northeast-\d|southeast-[12]|south-1)|sa-east-1)$/
const KEYS =
  /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|InvalidToken|InvalidAccessKeyId|(Invalid)?Signature(DoesNotMatch)?)$/

const region: Rule = ({ code, error, message, region: place = 'that' }) => {
  const { hostname = '' } = error as { readonly hostname?: string }
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code) && hostname.endsWith('.amazonaws.com')) {
    const hint = 'Check the spelling of the region (`region` in the config, or --region), and the network.'
    return ['Region', `${hostname} is not known: either there is no region ${place}, or no network.`, hint]
  }
  if (message === 'Region is missing') return ['Region', 'No region is given.', 'Give one with --region.']
  if (code !== 'OptInRequired' && (OPEN.test(place) || !place.includes('-') || !KEYS.test(code))) return null
  const hint = 'Enable it in the AWS console (Account, AWS Regions), or choose another by --region.'
  return ['Region', `The region ${place} is not enabled in this account.`, hint]
}

const badKeys: Rule = (scene) => {
  if (!KEYS.test(scene.code)) return null
  const hint = 'See whose they are with `aws sts get-caller-identity`; set them anew with `aws configure`.'
  const meaning = `AWS does not accept the credentials${ofProfile(scene)}: the key is unknown, or its secret wrong.`
  return ['Credentials', meaning, hint]
}

const denied: Rule = ({ error, code, status, message, action }) => {
  if (!isDenied(error) && !/^Authorization/.test(code) && !(status === 403 && ['', '403'].includes(code))) return null
  const [, who = 'These credentials', , what] = DENIAL.exec(message) ?? []
  const wanted = rightFor(message, action) ?? 'this'
  const by = /explicit deny in an? ([\w -]*policy|permissions boundary)/.exec(message)?.[1]
  const meaning = `${who} may not do ${wanted}${what === undefined ? '' : ` on ${what}`}`
  if (by !== undefined) return ['Permission', `${meaning}: a ${by} denies it.`, `Have that ${by} changed, ${AGAIN}`]
  return ['Permission', `${meaning}.`, `Allow ${wanted} in IAM, ${AGAIN}`]
}

const network: Rule = ({ error, endpoint, code, region: place }) => {
  const tls = /CERT|ERR_TLS|EPROTO|SELF_SIGNED|UNABLE_TO_/.test(code)
  if (!isNetwork(error) && !tls) return null
  const where = whereOf(error as Peer, endpoint) ?? `AWS${place === undefined ? '' : ` in ${place}`}`
  if (tls) {
    const hint = 'Is a proxy in between? NODE_EXTRA_CA_CERTS names its certificate.'
    return ['Unreachable', `There is no secure connection to ${where} (${code}).`, hint]
  }
  if (/(^|\/\/)(localhost|127\.|\[?::1)/.test(where)) {
    const hint = 'Start the local AWS with `ecom-infra local start`, or correct --endpoint-url or AWS_ENDPOINT_URL.'
    return ['Unreachable', `Nothing answers at ${where}.`, hint]
  }
  const hint = `Check the network, VPN and proxy, ${AGAIN}`
  return ['Unreachable', `${where} cannot be reached (${code || 'no answer'}).`, hint]
}

/** An answer that no AWS gives: a page of HTML, or nothing. */
const isGarbled = ({ error, code }: Scene): boolean => code === '' || /Deserialization error/.test(messageOf(error))

const unsupported: Rule = (scene) => {
  const { code, status, endpoint, action = 'The call' } = scene
  const garbled = status >= 400 && isGarbled(scene) && (endpoint !== undefined || status === 501)
  if (!garbled && !/^(InvalidAction|UnknownOperation|NotImplemented|NotYetImplemented)$/.test(code)) return null
  const hint = 'A local AWS knows less than AWS itself. Leave that part out, or try it on a real account.'
  return ['NotSupported', `${action} is not supported by this endpoint.`, hint]
}

const throttled: Rule = ({ code, status }) => {
  if (status !== 429 && !/^(\w*Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|Bandwidth)/.test(code)) return null
  return ['Throttled', 'AWS asked for fewer calls, again and again.', `Wait a minute or lower --concurrency, ${AGAIN}`]
}

const capacity: Rule = ({ code, message }) => {
  if (!/^(Insufficient\w*Capacity|Unsupported)$/.test(code)) return null
  return ['Capacity', message, `Choose another instance type or other zones in the config, or wait, ${AGAIN}`]
}

/** What there is too much of is in the code: `VpcLimitExceeded`, `TooManyLoadBalancers`. */
const quota: Rule = ({ error, code }) => {
  if (!isCapacity(error)) return null
  const thing = code.replace(/^TooMany|(Limit|Quota)?Exceeded$/g, '').replace(/([a-z])(?=[A-Z])/g, '$1 ')
  const hint = `Ask for more in the Service Quotas console, or delete what is not in use, ${AGAIN}`
  return ['Quota', `The quota${thing === '' ? '' : ` "${thing}"`} of this account is used up.`, hint]
}

/** What no other rule knows: a failure of AWS's own, or a refusal in its own words. */
const answered: Rule = ({ status, message }) => {
  if (status === 0) return null
  if (status < 500) return ['AwsRefused', message, `Correct what it names (the config, or AWS), ${AGAIN}`]
  return ['AwsTrouble', 'AWS itself had a failure.', `See https://health.aws.amazon.com, wait a little, ${AGAIN}`]
}

/** Nobody foresaw it: a disk that is full, or a mistake of ours. */
function bug({ error, message }: Scene): Told {
  const { syscall, name = 'Thrown' } = error as { readonly syscall?: string; readonly name?: string }
  if (syscall !== undefined) return ['System', `This machine refused: ${message}.`, `Correct that, ${AGAIN}`]
  const hint = 'Please report it. The same command with --verbose shows where it happened.'
  return ['Bug', `This is a mistake in ecom-infra, not yours. ${name}: ${message}`, hint]
}

const RULES: readonly Rule[] = [
  ...[clock, credentials, region, badKeys, denied, network, unsupported],
  ...[throttled, capacity, quota, answered],
]
