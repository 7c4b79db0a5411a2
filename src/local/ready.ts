import { Failed } from '../engine/errors.ts'

/** Whether a moto answers on this port. */
export async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/moto-api/`, { signal: AbortSignal.timeout(2000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch (error) {
    if (error instanceof TypeError || isTimeout(error)) return false
    throw error
  }
}

/** Forgets everything that was made, in all accounts and regions. */
export async function forgetEverything(port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/moto-api/reset`, {
    method: 'POST',
    signal: AbortSignal.timeout(30_000),
  })
  await answer.arrayBuffer()
  if (!answer.ok)
    throw new Failed('LocalResetFailed', `The local AWS answered ${answer.status} when asked to forget everything.`)
}

interface Probe {
  readonly service: string
  readonly method?: string
  readonly form?: string
  readonly target?: string
}

/** One harmless read per service that we use. moto loads a service when it is first asked for, which takes up to seconds. */
const PROBES: readonly Probe[] = [
  { service: 'ec2', form: 'Action=DescribeVpcs&Version=2016-11-15' },
  { service: 'iam', form: 'Action=ListRoles&Version=2010-05-08' },
  { service: 'sts', form: 'Action=GetCallerIdentity&Version=2011-06-15' },
  { service: 's3', method: 'GET' },
  { service: 'elasticloadbalancing', form: 'Action=DescribeLoadBalancers&Version=2015-12-01' },
  { service: 'autoscaling', form: 'Action=DescribeAutoScalingGroups&Version=2011-01-01' },
  { service: 'logs', target: 'Logs_20140328.DescribeLogGroups' },
  { service: 'ssm', target: 'AmazonSSM.DescribeParameters' },
  { service: 'tagging', target: 'ResourceGroupsTaggingAPI_20170126.GetResources' },
]

/** Without this, the first calls of a run look like a slow AWS. One after the other: moto loads under one lock anyway. */
export async function warmUp(port: number): Promise<void> {
  for (const probe of PROBES) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { ...request(probe), signal: AbortSignal.timeout(60_000) })
    await answer.arrayBuffer()
    if (!answer.ok)
      throw new Failed('LocalNotReady', `The local AWS answered ${answer.status} to a first call of ${probe.service}.`)
  }
}

function request(probe: Probe): RequestInit {
  const scope = `local/20260101/us-east-1/${probe.service}/aws4_request`
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` }
  if (probe.target !== undefined) {
    const json = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': probe.target }
    return { method: 'POST', headers: { ...headers, ...json }, body: '{}' }
  }
  if (probe.form === undefined) return { method: probe.method ?? 'GET', headers }
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: probe.form,
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')
}
