import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { EC2 } from '@aws-sdk/client-ec2'
import { EFS } from '@aws-sdk/client-efs'
import { IAM } from '@aws-sdk/client-iam'
import { RDS } from '@aws-sdk/client-rds'
import { ResourceGroupsTaggingAPI } from '@aws-sdk/client-resource-groups-tagging-api'
import { S3 } from '@aws-sdk/client-s3'
import { SNS } from '@aws-sdk/client-sns'
import { isThrottlingError } from '@smithy/core/retry'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isCredentials, isLost, requestIdOf } from '../../src/aws/failure.ts'
import { dice, type Fault, type FaultKind, faults } from './faults.ts'
import { type AwsProxy, startProxy } from './proxy.ts'

/** A client of each protocol, and of each service with words of its own. */
const CLIENTS: Readonly<Record<string, (given: object) => () => Promise<unknown>>> = {
  ec2: (given) => () => new EC2(given).createVpc({ CidrBlock: '10.0.0.0/16' }),
  rds: (given) => () => new RDS(given).deleteDBSubnetGroup({ DBSubnetGroupName: 'a' }),
  iam: (given) => () => new IAM(given).deleteRole({ RoleName: 'a' }),
  sns: (given) => () => new SNS(given).createTopic({ Name: 'a' }),
  s3: (given) => () => new S3({ ...given, forcePathStyle: true }).createBucket({ Bucket: 'abc' }),
  logs: (given) => () => new CloudWatchLogs(given).createLogGroup({ logGroupName: 'a' }),
  cloudwatch: (given) => () => new CloudWatch(given).deleteAlarms({ AlarmNames: ['a'] }),
  dynamodb: (given) => () => new DynamoDB(given).deleteTable({ TableName: 'abc' }),
  efs: (given) => () => new EFS(given).deleteFileSystem({ FileSystemId: 'fs-1' }),
  tagging: (given) => () => new ResourceGroupsTaggingAPI(given).untagResources({ ResourceARNList: [], TagKeys: [] }),
}

describe('a broken call', () => {
  let upstream: http.Server
  let proxy: AwsProxy
  let reached: number
  beforeEach(async () => {
    reached = 0
    upstream = http.createServer((request, response) => {
      reached += 1
      request.resume().once('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end('<ok/>'))
    })
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    proxy = await startProxy({ target: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` })
  })
  afterEach(async () => {
    await proxy.close()
    upstream.close()
    upstream.closeAllConnections()
  })

  const break_ = (...wanted: readonly Fault[]) => {
    const broken = faults(wanted)
    proxy.intercept(broken.intercept)
    return broken
  }

  /** What a client makes of it, who asks once. */
  async function errorOf(service: string): Promise<unknown> {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const call = CLIENTS[service]?.({ endpoint: proxy.url, region: 'us-east-1', credentials, maxAttempts: 1 })
    return call?.().then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  describe.each(Object.keys(CLIENTS))('of %s', (service) => {
    it('is understood by the SDK as what it is', async () => {
      const kinds: readonly FaultKind[] = ['throttle', '500', '503', '500-after', 'reset-before', 'reset-after']
      const errors = []
      for (const kind of kinds) {
        break_({ kind, aim: { nth: 1 } })
        errors.push(await errorOf(service))
      }
      const [throttle, ...lost] = errors
      expect(isThrottlingError(throttle as Parameters<typeof isThrottlingError>[0]), String(throttle)).toBe(true)
      expect(lost.map(isLost), lost.map(String).join()).toEqual(lost.map(() => true))
      expect(requestIdOf(throttle)).toMatch(/EXAMPLE$/)
      break_({ kind: 'expired', aim: { nth: 1 } })
      expect(isCredentials(await errorOf(service))).toBe(true)
      // Only those after which AWS has done it came through.
      expect(reached).toBe(2)
    })
  })

  const vpc = () => errorOf('ec2')
  const trail = async (count: number) => {
    const failed: boolean[] = []
    for (let index = 0; index < count; index += 1) failed.push((await vpc()) !== undefined)
    return failed
  }

  it('is the n-th change, and no read is counted', async () => {
    const broken = break_({ kind: '500', aim: { nth: 2 } })
    const ec2 = new EC2({
      endpoint: proxy.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    await ec2.describeVpcs({})
    expect(await trail(3)).toEqual([false, true, false])
    expect(broken.hits.map(({ kind, call }) => [kind, call.action])).toEqual([['500', 'CreateVpc']])
    expect((await broken.reached).action).toBe('CreateVpc')
  })

  it('is a named one, so many times', async () => {
    break_({ kind: 'throttle', aim: { action: 'CreateVpc', service: 'ec2', times: 2 } })
    expect(await errorOf('rds')).toBeUndefined()
    expect(await trail(3)).toEqual([true, true, false])
    break_({ kind: 'throttle', aim: { action: 'CreateVpc', service: 'rds' } })
    expect(await trail(1)).toEqual([false])
  })

  it('is one in so many by a die that falls the same for the same seed', async () => {
    const aim = { chance: 0.3, seed: 7 }
    const runs = []
    for (const _ of [1, 2]) {
      break_({ kind: '500', aim })
      runs.push(await trail(20))
    }
    const [one = [], other] = runs
    expect(one).toEqual(other)
    expect(one.filter(Boolean).length).toBeGreaterThan(1)
    expect(one.filter(Boolean).length).toBeLessThan(14)
    const roll = dice(8)
    const rolls = Array.from({ length: 10_000 }, () => roll())
    expect(rolls.filter((one) => one < 0.05).length / 10_000).toBeCloseTo(0.05, 1)
  })

  it('with expired credentials is followed by nothing else', async () => {
    break_({ kind: 'expired', aim: { nth: 2 } })
    expect(await trail(4)).toEqual([false, true, true, true])
    expect(reached).toBe(1)
  })

  it('is held until it is let go, and a hanging one never is', async () => {
    const held = break_({ kind: 'pause', aim: { nth: 1 } })
    const asked = vpc()
    await held.reached
    await sleep(30)
    expect(reached).toBe(0)
    held.release()
    expect(await asked).toBeUndefined()
    const hung = break_({ kind: 'hang', aim: { nth: 1 } })
    void vpc()
    await hung.reached
    await sleep(30)
    expect(reached).toBe(1)
  })
})
