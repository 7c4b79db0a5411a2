import { CreateVpcCommand, EC2Client } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startTruth, truthMissing } from './truth.ts'

describe.skipIf(truthMissing() !== null)('the emulator nearer to AWS', () => {
  it('starts with options, counts, and ends', { timeout: 120_000 }, async () => {
    const truth = await startTruth({ profile: 'strict', set: { minute: 0.1 } })
    const client = new EC2Client({
      endpoint: truth.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    })
    await expect(client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/8' }))).rejects.toMatchObject({
      name: 'InvalidVpc.Range',
    })
    await client.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
    expect(JSON.stringify(await truth.report())).toContain('CreateVpc')
    expect(JSON.stringify(await truth.inventory())).toContain('vpc-')
    await truth.set({ latency_ms: 1 })
    await truth.post('reset')
    expect(JSON.stringify(await truth.inventory())).not.toContain('10.0.0.0/16')
    await truth.stop()
    await expect(fetch(truth.url)).rejects.toThrow()
    client.destroy()
  })
})
