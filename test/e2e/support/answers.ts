import type { Answer, Call } from '../../support/proxy.ts'

/** An error in the words of the service that was called. */
export function refusal(call: Call, status: number, code: string, message: string): Answer {
  const named = { 'x-amzn-requestid': REQUEST }
  if (call.service === 'ssm' || call.service === 'logs') {
    const headers = { ...named, 'content-type': 'application/x-amz-json-1.1' }
    return { status, headers, body: JSON.stringify({ __type: code, message }) }
  }
  const inner = `<Code>${code}</Code><Message>${message}</Message>`
  return { status, headers: { ...named, 'content-type': 'text/xml' }, body: bodyOf(call.service, inner) }
}

const REQUEST = '7a62c49f-347e-4fc4-9331-6e8eEXAMPLE'

function bodyOf(service: string, inner: string): string {
  if (service === 'ec2')
    return `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${REQUEST}</RequestID></Response>`
  if (service === 's3') return `<Error>${inner}<RequestId>${REQUEST}</RequestId></Error>`
  return `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>${REQUEST}</RequestId></ErrorResponse>`
}

/** One action is refused, and everything else goes its way. */
export const without =
  (service: string, action: string) =>
  (call: Call): Answer | 'forward' =>
    call.service === service && call.action === action
      ? refusal(call, 403, 'UnauthorizedOperation', `User: ${USER} is not authorized to perform: ${service}:${action}`)
      : 'forward'

const USER = 'arn:aws:iam::123456789012:user/deployer'

export const expired = (call: Call): Answer =>
  refusal(call, 403, 'ExpiredToken', 'The security token included in the request is expired')
