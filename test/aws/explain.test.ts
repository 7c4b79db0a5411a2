import { describe, expect, test } from 'vitest'
import { type Circumstances, explain } from '../../src/aws/explain.ts'
import { blame } from '../../src/aws/rights.ts'
import { Refused } from '../../src/engine/errors.ts'

/** An error as the SDK throws it. */
const aws = (name: string, message: string, status = 400): Error =>
  Object.assign(new Error(message), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode: status, requestId: 'req-1' },
  })

/** An error as the SDK or Node throw it before there is any answer. */
const local = (message: string, more: object = {}): Error => Object.assign(new Error(message), more)

const told = (error: unknown, context: Circumstances = {}) => {
  const { code, exit, message, details } = explain(error, { endpoint: null, ...context })
  return { code, exit, message, hint: details.hint, awsCode: details.awsCode }
}

describe('credentials', () => {
  const noProvider = 'Could not load credentials from any providers'

  test('none at all: the ways to give them', () => {
    expect(told(local(noProvider, { name: 'CredentialsProviderError' }))).toEqual({
      code: 'Credentials',
      exit: 1,
      message: 'There are no AWS credentials.',
      hint: 'Give them in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), by `aws configure` or by `aws sso login`, or name a profile with --profile. --local tries it without an account.',
      awsCode: undefined,
    })
  })

  test('none for a profile: its name is said, and what is wrong with it', () => {
    const error = local('Could not resolve credentials using profile: [shop] in configuration/credentials file(s).', {
      name: 'CredentialsProviderError',
    })
    const { message, hint } = told(error, { profile: 'shop' })
    expect(message).toBe(
      'There are no AWS credentials of the profile shop: Could not resolve credentials using profile: [shop] in configuration/credentials file(s).',
    )
    expect(hint).toContain('`aws sso login --profile shop`')
  })

  test.each([
    ['ExpiredToken', 'The security token included in the request is expired'],
    ['ExpiredTokenException', 'The security token included in the request is expired'],
    ['RequestExpired', 'Request has expired.'],
  ])('expired: %s', (name, words) => {
    expect(told(aws(name, words, 403), { profile: 'shop' })).toMatchObject({
      code: 'Credentials',
      exit: 1,
      message: 'The AWS credentials of the profile shop have expired.',
      hint: 'Renew them (`aws sso login --profile shop`, or wherever they came from), and compare the clock with `date -u`; then run the same command again: it goes on from there.',
      awsCode: name.replace('Exception', ''),
    })
  })

  test('an SSO session that has ended counts as expired', () => {
    const words =
      'The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login'
    expect(told(local(words, { name: 'CredentialsProviderError' })).message).toBe('The AWS credentials have expired.')
  })

  test.each([
    'InvalidClientTokenId',
    'UnrecognizedClientException',
    'InvalidAccessKeyId',
    'AuthFailure',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
  ])('keys that AWS does not know: %s', (name) => {
    expect(told(aws(name, 'No.', 403), { region: 'us-east-1' })).toMatchObject({
      code: 'Credentials',
      message: 'AWS does not accept the credentials: the key is unknown, or its secret wrong.',
      hint: 'See whose they are with `aws sts get-caller-identity`; set them anew with `aws configure`.',
    })
  })
})

describe('the clock', () => {
  test.each([
    ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
    ['RequestInTheFuture', 'No.'],
    ['InvalidSignatureException', 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z'],
    ['SignatureDoesNotMatch', 'Signature not yet current: 20260101T001000Z is still later than 20260101T000500Z'],
  ])('%s', (name, words) => {
    expect(told(aws(name, words, 403))).toMatchObject({
      code: 'ClockSkew',
      message: 'The clock of this machine is wrong, so AWS refuses its signatures.',
      hint: 'Set it (compare `date -u`), then run the same command again: it goes on from there.',
    })
  })
})

describe('permissions', () => {
  const user = 'arn:aws:iam::123456789012:user/dev'

  test('EC2: who, what, on what; nothing is decoded', () => {
    const words = `You are not authorized to perform this operation. User: ${user} is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:123456789012:vpc/* because no identity-based policy allows the ec2:CreateVpc action. Encoded authorization failure message: QWxs-b3c_x`
    const problem = explain(aws('UnauthorizedOperation', words, 403), { address: 'ec2:vpc/main' })
    expect(problem.message).toBe(`${user} may not do ec2:CreateVpc on arn:aws:ec2:us-east-1:123456789012:vpc/*.`)
    expect(problem.details).toMatchObject({
      hint: 'Allow ec2:CreateVpc in IAM, then run the same command again: it goes on from there.',
      ...{ address: 'ec2:vpc/main', action: 'ec2:CreateVpc', awsCode: 'UnauthorizedOperation', requestId: 'req-1' },
    })
    expect((problem.details.cause as Error).message).not.toContain('QWxs')
  })

  test('an explicit deny is for somebody else to change', () => {
    const words = `User: ${user} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/x with an explicit deny in a service control policy`
    expect(told(aws('AccessDenied', words, 403))).toMatchObject({
      code: 'Permission',
      message: `${user} may not do iam:CreateRole on arn:aws:iam::1:role/x: a service control policy denies it.`,
      hint: 'Have that service control policy changed, then run the same command again: it goes on from there.',
    })
  })

  test.each([
    ['s3:HeadBucket', 's3:ListBucket'],
    ['s3:ListBuckets', 's3:ListAllMyBuckets'],
    ['logs:CreateLogGroup', 'logs:CreateLogGroup'],
  ])('an answer without words: %s is %s in a policy', (action, allowed) => {
    expect(told(aws('403', 'UnknownError', 403), { action })).toMatchObject({
      message: `These credentials may not do ${allowed}.`,
      hint: `Allow ${allowed} in IAM, then run the same command again: it goes on from there.`,
    })
  })

  test.each(['AccessDeniedException', 'AuthorizationErrorException', 'NotAuthorizedException', 'Forbidden'])(
    '%s',
    (name) => {
      expect(told(aws(name, 'No.', 403)).code).toBe('Permission')
    },
  )
})

describe('the region', () => {
  test('a name that does not exist', () => {
    const error = local('getaddrinfo ENOTFOUND ec2.us-esat-1.amazonaws.com', {
      ...{ code: 'ENOTFOUND', hostname: 'ec2.us-esat-1.amazonaws.com', syscall: 'getaddrinfo' },
    })
    expect(told(error, { region: 'us-esat-1' })).toEqual({
      code: 'Region',
      exit: 1,
      message: 'ec2.us-esat-1.amazonaws.com is not known: either there is no region us-esat-1, or no network.',
      hint: 'Check the spelling of the region (`region` in the config, or --region), and the network.',
      awsCode: undefined,
    })
  })

  test.each([
    ['OptInRequired', 'us-east-1'],
    ['InvalidClientTokenId', 'ap-east-1'],
    ['AuthFailure', 'eu-central-2'],
    ['UnrecognizedClientException', 'il-central-1'],
  ])('%s in %s: not enabled', (name, region) => {
    expect(told(aws(name, 'No.', 403), { region })).toMatchObject({
      code: 'Region',
      message: `The region ${region} is not enabled in this account.`,
      hint: 'Enable it in the AWS console (Account, AWS Regions), or choose another by --region.',
    })
  })

  test('none given', () => {
    expect(told(local('Region is missing'))).toMatchObject({ code: 'Region', message: 'No region is given.' })
  })
})

describe('the way there', () => {
  const refused = local('connect ECONNREFUSED 127.0.0.1:4566', {
    ...{ code: 'ECONNREFUSED', address: '127.0.0.1', port: 4566, syscall: 'connect' },
  })

  test('nothing on a loopback endpoint: start it', () => {
    expect(told(refused, { endpoint: 'http://127.0.0.1:4566' })).toEqual({
      code: 'Unreachable',
      exit: 1,
      message: 'Nothing answers at http://127.0.0.1:4566.',
      hint: 'Start the local AWS with `ecom-infra local start`, or correct --endpoint-url or AWS_ENDPOINT_URL.',
      awsCode: undefined,
    })
  })

  test('the endpoint need not be known', () => {
    expect(told(refused).message).toBe('Nothing answers at 127.0.0.1:4566.')
  })

  test.each([
    ['ECONNREFUSED', 'http://10.0.0.9:4566', 'http://10.0.0.9:4566 cannot be reached (ECONNREFUSED).'],
    ['ETIMEDOUT', null, 'AWS in us-east-1 cannot be reached (ETIMEDOUT).'],
    ['ECONNRESET', null, 'AWS in us-east-1 cannot be reached (ECONNRESET).'],
  ])('%s at %s', (code, endpoint, message) => {
    expect(told(local('no', { code }), { endpoint, region: 'us-east-1' })).toMatchObject({
      ...{ code: 'Unreachable', message },
      hint: 'Check the network, VPN and proxy, then run the same command again: it goes on from there.',
    })
  })

  test('a time-out of the SDK', () => {
    expect(told(local('late', { name: 'TimeoutError' })).code).toBe('Unreachable')
  })

  test('a certificate in between', () => {
    expect(told(local('self-signed', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), { region: 'us-east-1' })).toMatchObject({
      message: 'There is no secure connection to AWS in us-east-1 (SELF_SIGNED_CERT_IN_CHAIN).',
      hint: 'Is a proxy in between? NODE_EXTRA_CA_CERTS names its certificate.',
    })
  })
})

describe('what AWS has no room for', () => {
  test.each(['ThrottlingException', 'RequestLimitExceeded', 'SlowDown', 'TooManyRequestsException'])(
    'calls: %s',
    (name) => {
      expect(told(aws(name, 'Rate exceeded', 503))).toMatchObject({
        code: 'Throttled',
        message: 'AWS asked for fewer calls, again and again.',
        hint: 'Wait a minute or lower --concurrency, then run the same command again: it goes on from there.',
      })
    },
  )

  test.each([
    ['VpcLimitExceeded', '"Vpc"'],
    ['NatGatewayLimitExceeded', '"Nat Gateway"'],
    ['AddressLimitExceeded', '"Address"'],
    ['TooManyLoadBalancersException', '"Load Balancers"'],
    ['InstanceQuotaExceededFault', '"Instance"'],
  ])('a quota: %s', (name, thing) => {
    expect(told(aws(name, 'The maximum has been reached.'))).toMatchObject({
      code: 'Quota',
      message: `The quota ${thing} of this account is used up.`,
      hint: 'Ask for more in the Service Quotas console, or delete what is not in use, then run the same command again: it goes on from there.',
    })
  })

  test('a quota without a name', () => {
    expect(told(aws('LimitExceededException', 'No.')).message).toBe('The quota of this account is used up.')
  })

  test.each([
    ['InsufficientInstanceCapacity', 500],
    ['Unsupported', 400],
  ])('machines: %s', (name, status) => {
    expect(told(aws(name, 'There is no t3.micro in us-east-1e.', status))).toMatchObject({
      code: 'Capacity',
      message: 'There is no t3.micro in us-east-1e.',
      hint: 'Choose another instance type or other zones in the config, or wait, then run the same command again: it goes on from there.',
    })
  })
})

describe('answers that are none', () => {
  const html = local('Unexpected token \'<\', "<!doctype "... is not valid JSON\n  Deserialization error: to see …', {
    ...{ name: 'SyntaxError', $metadata: { httpStatusCode: 500 } },
  })
  const endpoint = 'http://127.0.0.1:5000'

  test.each([
    ['a page where JSON was expected', html],
    ['a page where XML was expected', aws('Unknown', 'UnknownError', 500)],
    ['an action that is not known', aws('InvalidAction', 'No.')],
  ])('an emulator: %s', (_, error) => {
    expect(told(error, { endpoint, action: 'ec2:CreateVpc' })).toMatchObject({
      code: 'NotSupported',
      message: 'ec2:CreateVpc is not supported by this endpoint.',
      hint: 'A local AWS knows less than AWS itself. Leave that part out, or try it on a real account.',
    })
  })

  test.each([
    html,
    aws('Unknown', 'UnknownError', 500),
    aws('InternalError', 'Oops', 500),
    aws('ServiceUnavailable', 'Oops', 503),
  ])('AWS itself: $name', (error) => {
    expect(told(error)).toMatchObject({
      code: 'AwsTrouble',
      message: 'AWS itself had a failure.',
      hint: 'See https://health.aws.amazon.com, wait a little, then run the same command again: it goes on from there.',
    })
  })

  test('a refusal that no rule knows stands in the words of AWS', () => {
    expect(told(aws('InvalidParameterValue', 'The CIDR is odd.'))).toEqual({
      ...{ code: 'AwsRefused', exit: 1, message: 'The CIDR is odd.', awsCode: 'InvalidParameterValue' },
      hint: 'Correct what it names (the config, or AWS), then run the same command again: it goes on from there.',
    })
  })
})

describe('ours', () => {
  test('a problem stays what it is', () => {
    const problem = new Refused('Blocked', 'No.')
    expect(explain(problem)).toBe(problem)
  })

  test.each([
    [new TypeError('x is not a function'), 'TypeError: x is not a function'],
    [new Error('ec2:vpc/main has no id yet.'), 'Error: ec2:vpc/main has no id yet.'],
    ['a text', 'Thrown: a text'],
    [undefined, 'Thrown: undefined'],
    [null, 'Thrown: null'],
  ])('a mistake of ours: %s', (error, words) => {
    expect(told(error)).toEqual({
      ...{ code: 'Bug', exit: 1, message: `This is a mistake in ecom-infra, not yours. ${words}`, awsCode: undefined },
      hint: 'Please report it. The same command with --verbose shows where it happened.',
    })
  })

  test('its stack is kept for --verbose', () => {
    const { cause } = explain(new TypeError('oops')).details
    expect((cause as Error).stack).toMatch(/^TypeError: oops\n\s+at .*explain\.test\.ts/)
  })

  test('a disk that is full is no mistake', () => {
    const error = local('ENOSPC: no space left on device, write', { code: 'ENOSPC', syscall: 'write' })
    expect(told(error)).toMatchObject({
      code: 'System',
      message: 'This machine refused: ENOSPC: no space left on device, write.',
    })
  })
})

test('an error is blamed on the first operation that it is said to come from', () => {
  const error = aws('VpcLimitExceeded', 'No.')
  blame(error, 'ec2:CreateVpc')
  blame(error, 'ec2:Other')
  blame('no object', 'ec2:Other')
  expect(explain(error, { action: 'ec2:Guess' }).details.action).toBe('ec2:CreateVpc')
})

describe('secrets are in no part of it', () => {
  const secret = 'IQoJb3JpZ2luX2VjEXAMPLETOKEN'
  test.each([
    `The request signature we calculated does not match the signature you provided. The Canonical String should have been 'x-amz-security-token:${secret}'`,
    `Bad header Authorization: ${secret}`,
    `Bad header Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=${secret}`,
    `{"secretAccessKey":"${secret}"}`,
    `aws_session_token=${secret}`,
    `MasterUserPassword: ${secret}`,
    'The key AKIAIOSFODNN7EXAMPLE does not exist',
  ])('%s', (words) => {
    const problem = explain(aws('SomethingOdd', words))
    const { cause } = problem.details
    const all = JSON.stringify([problem.message, problem.stack, problem.details, (cause as Error).stack])
    expect(all).not.toContain(secret)
    expect(all).not.toContain('AKIAIOSFODNN7EXAMPLE')
  })
})
