import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Meter } from '../../src/app/meter.ts'
import { type Clients, connect } from '../../src/aws/clients.ts'
import { explain } from '../../src/aws/explain.ts'
import { Rates } from '../../src/aws/rate.ts'
import { callName, type Service } from '../../src/aws/service.ts'
import { actionOf } from '../support/iam-actions.ts'

describe('a call is told by the name that a policy has for it', () => {
  let server: http.Server
  let clients: Clients
  const lines: string[] = []

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      const answer = JSON.stringify({ __type: 'AccessDeniedException', message: 'No.' })
      request.resume().once('end', () => response.writeHead(403, { 'x-amzn-requestid': 'req-1' }).end(answer))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const gate = { rates: new Rates(), signal: new AbortController().signal, permit: () => null, credentials: null }
    const { heard } = new Meter((line) => lines.push(line.replace(/\d+ ms/, '… ms')))
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    clients = connect({ region: 'us-east-1', endpoint, credentials }, { ...gate, heard })
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  test('under --verbose, and in an error', async () => {
    const refused = await clients.secrets.getSecretValue({ SecretId: 's' }).catch((error: unknown) => explain(error))
    expect(lines).toEqual(['secretsmanager:GetSecretValue … ms AccessDeniedException req-1'])
    expect(refused).toMatchObject({
      message: 'These credentials may not do secretsmanager:GetSecretValue.',
      details: { action: 'secretsmanager:GetSecretValue' },
    })
  })

  const SERVICES: Readonly<Record<Service, true>> = {
    ...{ ec2: true, elbv2: true, autoscaling: true, iam: true, s3: true, logs: true, ssm: true, sts: true },
    ...{ tagging: true, rds: true, dynamodb: true, efs: true, kms: true, sns: true, cloudwatch: true, acm: true },
    ...{ instanceConnect: true, secrets: true, quotas: true },
  }
  test.each(Object.keys(SERVICES) as readonly Service[])('of %s', (service) => {
    expect(callName(service, 'DescribeTags')).toBe(actionOf(`${service}:DescribeTags`))
  })
})
