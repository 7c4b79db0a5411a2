import type { Answer, Call } from './proxy.ts'

const REQUEST = '7a62c49f-347e-4fc4-9331-6e8eEXAMPLE'

type Protocol = 'ec2' | 'query' | 's3' | 'json' | 'rest-json'

/** How a call was put, read off the wire: forms are queries, and a request without the name of an operation is REST. */
export function protocolOf({ service, action, form }: Pick<Call, 'service' | 'action' | 'form'>): Protocol {
  if (service === 's3') return 's3'
  if (form.Action !== undefined) return service === 'ec2' ? 'ec2' : 'query'
  return action.includes(' ') ? 'rest-json' : 'json'
}

/** An error as the called service words it: XML of three kinds, JSON of two (aws-behaviours.md 0.1). */
export function refusal(call: Call, status: number, code: string, message: string): Answer {
  const named = { 'x-amzn-requestid': REQUEST }
  const protocol = protocolOf(call)
  if (call.method === 'HEAD') return { status, headers: named }
  if (protocol === 'json') {
    const headers = { ...named, 'content-type': 'application/x-amz-json-1.1' }
    return { status, headers, body: JSON.stringify({ __type: code, message }) }
  }
  if (protocol === 'rest-json') {
    const headers = { ...named, 'content-type': 'application/json', 'x-amzn-errortype': code }
    return { status, headers, body: JSON.stringify({ ErrorCode: code, Message: message }) }
  }
  const inner = `<Code>${code}</Code><Message>${message}</Message>`
  const fault = status >= 500 ? 'Receiver' : 'Sender'
  return { status, headers: { ...named, 'content-type': 'text/xml' }, body: xml(protocol, inner, fault) }
}

function xml(protocol: 'ec2' | 'query' | 's3', inner: string, fault: string): string {
  if (protocol === 'ec2')
    return `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${REQUEST}</RequestID></Response>`
  if (protocol === 's3') return `<Error>${inner}<RequestId>${REQUEST}</RequestId></Error>`
  return `<ErrorResponse><Error><Type>${fault}</Type>${inner}</Error><RequestId>${REQUEST}</RequestId></ErrorResponse>`
}

/** Too many calls, as each service says it (aws-behaviours.md 0.2). */
export function throttled(call: Call): Answer {
  if (call.service === 'ec2') return refusal(call, 503, 'RequestLimitExceeded', 'Request limit exceeded.')
  if (call.service === 's3') return refusal(call, 503, 'SlowDown', 'Please reduce your request rate.')
  if (call.service === 'sns') return refusal(call, 429, 'Throttled', 'Rate exceeded')
  if (call.service === 'tagging') return refusal(call, 400, 'ThrottledException', 'Rate exceeded')
  if (call.service === 'elasticfilesystem') return refusal(call, 429, 'ThrottlingException', 'Rate exceeded')
  const code = protocolOf(call) === 'query' ? 'Throttling' : 'ThrottlingException'
  return refusal(call, 400, code, 'Rate exceeded')
}

/** Credentials past their end, as each service says it (aws-behaviours.md 0.3). */
export function expired(call: Call): Answer {
  const message = 'The security token included in the request is expired'
  if (call.service === 'ec2') return refusal(call, 400, 'RequestExpired', 'Request has expired.')
  const code = protocolOf(call).endsWith('json') ? 'ExpiredTokenException' : 'ExpiredToken'
  return refusal(call, call.service === 's3' ? 400 : 403, code, message)
}

/** A fault on AWS's side. */
export const broken = (call: Call, status: 500 | 503): Answer =>
  refusal(
    call,
    status,
    status === 500 ? 'InternalError' : 'ServiceUnavailable',
    'An internal error has occurred. Try again.',
  )
