import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { without } from './support/answers.ts'
import { failing } from './support/failing.ts'
import { idsOf, inventory, type Thing } from './support/inventory.ts'
import { OURS, subnetIds } from './support/ours.ts'
import { at } from './support/raw.ts'
import { type Document, openStack, type Stack, up } from './support/stack.ts'
import { stateOf } from './support/state.ts'

interface PlanDocument {
  readonly steps: readonly Parting[]
}

interface Parting {
  readonly address: string
  readonly action: string
  readonly reason: string | null
  readonly blockers: readonly string[]
  readonly losses: readonly string[]
  readonly alsoLost: readonly string[]
  readonly kept: readonly string[]
}

interface Receipt extends Document {
  readonly gone: readonly { readonly address: string; readonly id: string }[]
  readonly lost: readonly { readonly address: string; readonly what: string }[]
}

describe('a teardown', () => {
  let stack: Stack
  let before: readonly Thing[]
  let vpcId: string
  const proxy = () => stack.account.proxy
  const changes = () => proxy().calls.filter(({ mutating }) => mutating)

  beforeAll(async () => {
    stack = await openStack()
    before = await inventory(stack.raw)
    await up(stack)
    const { Vpcs = [] } = await stack.raw.ec2.describeVpcs({ Filters: OURS })
    vpcId = Vpcs[0]?.VpcId ?? ''
  })
  afterAll(() => stack?.close())

  /** Looks only, and says what is blocked. */
  async function looked(): Promise<ReadonlyMap<string, Parting>> {
    proxy().reset()
    const { steps } = await stack.json<PlanDocument>(['down', '--dry-run'], 2)
    expect(changes()).toEqual([])
    return new Map(steps.map((step) => [step.address, step]))
  }

  const bucket = () => `shop-dev-assets-${stack.account.id}-us-east-1`

  async function fill(): Promise<void> {
    const { s3, dynamodb } = stack.raw
    for (const Body of ['once', 'twice']) await s3.putObject({ Bucket: bucket(), Key: 'index.html', Body })
    for (const S of ['a', 'b']) await dynamodb.putItem({ TableName: 'shop-dev-sessions', Item: { sessionId: { S } } })
  }

  /** Strangers in our network and beside it: an interface, groups whose rules name one of ours, a peering. */
  async function crowd() {
    const { ec2 } = stack.raw
    const ours = at((await ec2.describeSecurityGroups({ Filters: OURS })).SecurityGroups, 'ec2:security-group/web')
    const naming = [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: ours.GroupId }] }]
    const [SubnetId] = await subnetIds(stack.raw, ['private-a'])
    const { NetworkInterface: eni } = await ec2.createNetworkInterface({ SubnetId, Description: 'their appliance' })
    const { Vpc: theirs } = await ec2.createVpc({ CidrBlock: '10.77.0.0/16' })
    const made = await ec2.createVpcPeeringConnection({ VpcId: theirs?.VpcId, PeerVpcId: vpcId })
    const VpcPeeringConnectionId = made.VpcPeeringConnection?.VpcPeeringConnectionId
    await ec2.acceptVpcPeeringConnection({ VpcPeeringConnectionId })
    const near = await ec2.createSecurityGroup({ GroupName: 'near', Description: 'near', VpcId: vpcId })
    const far = await ec2.createSecurityGroup({ GroupName: 'far', Description: 'far', VpcId: theirs?.VpcId })
    for (const { GroupId } of [near, far]) await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: naming })
    const foreign = 'does not belong to this stack'
    return {
      ids: [eni?.NetworkInterfaceId, VpcPeeringConnectionId, near.GroupId, far.GroupId],
      rules: [
        `a rule of ${near.GroupId}, which ${foreign}, names ${ours.GroupId}`,
        `a rule of ${far.GroupId} in the peered ${theirs?.VpcId}, which ${foreign}, names ${ours.GroupId}`,
      ],
      things: [
        `security group ${near.GroupId} in ${vpcId} ${foreign}`,
        `peering connection ${VpcPeeringConnectionId} in ${vpcId} ${foreign}`,
        `network interface ${eni?.NetworkInterfaceId} (their appliance) in ${vpcId} ${foreign}`,
      ],
      leave: async () => {
        await ec2.deleteNetworkInterface({ NetworkInterfaceId: eni?.NetworkInterfaceId })
        await ec2.deleteVpcPeeringConnection({ VpcPeeringConnectionId })
        for (const { GroupId } of [near, far]) await ec2.deleteSecurityGroup({ GroupId })
        await ec2.deleteVpc({ VpcId: theirs?.VpcId })
      },
    }
  }

  it('tells before the first delete what would be lost, which snapshot is taken, and who is in its way', async () => {
    await fill()
    const strangers = await crowd()
    const plan = await looked()
    const lost = `bucket ${bucket()} with 1 object, 1 older version (9 bytes)`
    expect(plan.get('s3:bucket/assets')).toMatchObject({ action: 'blocked', reason: lost, losses: [lost] })
    expect(plan.get('dynamodb:table/sessions')?.losses[0]).toContain('shop-dev-sessions with 2 items')
    expect(plan.get('rds:instance/main')).toMatchObject({
      ...{ action: 'delete', losses: [], alsoLost: ['the automated backups of its last 7 days'] },
      kept: [
        expect.stringMatching(/^the 20 GB of .* shop-dev-main: in the final snapshot shop-dev-main-final-\d{14}$/),
      ],
    })
    expect(plan.get('ec2:security-group/web')?.blockers).toEqual(strangers.rules)
    expect(plan.get('ec2:vpc/main')).toMatchObject({ action: 'blocked', blockers: strangers.things })
    // What five groups and the network ask for is listed once: by the look, and then for each of the two networks.
    const count = (wanted: string) => proxy().calls.filter(({ action }) => action === wanted).length
    expect([count('DescribeSecurityGroups'), count('DescribeVpcPeeringConnections')]).toEqual([3, 1])

    const { code, message } = await failing(stack, ['down', '--yes', '--delete-data'], 2)
    expect(code).toBe('Blocked')
    for (const id of strangers.ids) expect(message).toContain(id)
    expect(changes()).toEqual([])
    await strangers.leave()
  })

  it('that lacks a permission ends with 1, and says what has gone and what was lost with it', async () => {
    proxy().intercept(without('ec2', 'DeleteVpc'))
    const receipt = await stack.json<Receipt>(['down', '--yes', '--delete-data'], 1)
    proxy().intercept(null)
    expect(receipt).toMatchObject({ summary: { failed: 1, skipped: 0 }, leftovers: [] })
    expect(receipt.failures).toMatchObject([{ address: 'ec2:vpc/main', awsCode: 'UnauthorizedOperation' }])
    expect(receipt.gone).toHaveLength(receipt.summary.deleted ?? 0)
    expect(receipt.gone.map(({ address }) => address)).toContain('ec2:subnet/private-a')
    const lost = new Map(receipt.lost.map(({ address, what }) => [address, what]))
    expect(lost.get('s3:bucket/assets')).toContain('1 object')
    expect(receipt.lost).toContainEqual({
      ...{ address: 'rds:instance/main', what: 'the 20 GB of the database shop-dev-main: no final snapshot is taken' },
    })
  })

  it('that a stranger without a tag gets into at the last moment names him, and goes on when he has gone', async () => {
    const { ec2 } = stack.raw
    let GroupId = ''
    proxy().intercept(async (call) => {
      if (call.action !== 'DeleteVpc') return 'forward'
      if (GroupId === '') {
        const made = await ec2.createSecurityGroup({ GroupName: 'late', Description: 'came late', VpcId: vpcId })
        GroupId = made.GroupId ?? ''
      }
      return refusal(call, 400, 'DependencyViolation', `The vpc '${vpcId}' has dependencies and cannot be deleted.`)
    })
    // AWS's own leftovers go within twenty minutes, and so long it is waited for.
    const hasty = await stack.run(['down', '--yes', '--delete-data', '--json'], { env: { ECOM_INFRA_PACE: '0.002' } })
    proxy().intercept(null)
    expect(hasty.code, hasty.stderr).toBe(6)
    const receipt = hasty.json<Receipt>()
    expect(receipt).toMatchObject({ summary: { failed: 1 }, gone: [] })
    expect(receipt.failures).toMatchObject([{ address: 'ec2:vpc/main', awsCode: 'DependencyViolation' }])
    expect(receipt.leftovers).toMatchObject([
      { type: 'ec2:security-group', id: GroupId, why: `it is in our VPC ${vpcId}: came late` },
      { type: 'ec2:vpc', id: vpcId },
    ])
    const left = idsOf(await inventory(stack.raw)).filter((one) => !idsOf(before).includes(one))
    expect(left).toEqual(expect.arrayContaining([`group ${GroupId}`, `vpc ${vpcId}`]))
    expect(await stateOf(stack).manifest()).toContain(vpcId)

    expect((await failing(stack, ['down', '--yes', '--delete-data'], 2)).message).toContain(GroupId)
    await ec2.deleteSecurityGroup({ GroupId })
    const last = await stack.json<Receipt>(['down', '--yes', '--delete-data'])
    expect(last).toMatchObject({ leftovers: [], gone: [{ address: 'ec2:vpc/main', id: vpcId }] })
    expect(idsOf(await inventory(stack.raw))).toEqual(idsOf(before))
  })
})
