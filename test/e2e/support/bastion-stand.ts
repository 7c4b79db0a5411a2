import { expect, it } from 'vitest'
import { OURS, subnetIds } from './ours.ts'
import { at, policyIn, type Raw } from './raw.ts'
import type { Stack } from './stack.ts'

const NAME = 'shop-dev-bastion-us-east-1'
const PATH = '/ecom-infra/shop-dev/us-east-1/'

/** The one bastion that lives. */
export async function bastionIn({ ec2 }: Raw) {
  const { Reservations = [] } = await ec2.describeInstances({ Filters: OURS })
  const alive = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated',
  )
  return at(alive, 'ec2:instance/bastion')
}

/** Issue 4, item 4: the way in to the private database. */
export function bastionStands(open: () => Stack): void {
  it('has a bastion in a public subnet, without a key, that hands its credentials to no proxy', async () => {
    const { raw, account } = open()
    const bastion = await bastionIn(raw)
    const { SecurityGroups } = await raw.ec2.describeSecurityGroups({ Filters: OURS })
    const [SubnetId] = await subnetIds(raw, ['public-a'])
    expect(bastion).toMatchObject({
      ...{ InstanceType: 't3.micro', State: { Name: 'running' }, SubnetId, PublicIpAddress: expect.any(String) },
      MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled', HttpPutResponseHopLimit: 1 },
      Monitoring: { State: 'enabled' },
      IamInstanceProfile: { Arn: `arn:aws:iam::${account.id}:instance-profile${PATH}${NAME}` },
      ImageId: expect.stringMatching(/^ami-/),
      NetworkInterfaces: [{ Groups: [{ GroupId: at(SecurityGroups, 'ec2:security-group/bastion').GroupId }] }],
    })
    expect(bastion).not.toHaveProperty('KeyName')
    const VolumeIds = (bastion.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.VolumeId ?? '')
    const { Volumes } = await raw.ec2.describeVolumes({ VolumeIds })
    expect(Volumes).toMatchObject([{ Encrypted: true, VolumeType: 'gp3', Size: 8 }])
    const Attribute = 'userData'
    const { UserData } = await raw.ec2.describeInstanceAttribute({ InstanceId: bastion.InstanceId, Attribute })
    expect(UserData?.Value ?? '').toBe('')
  })

  it('gives it a role with nothing but Session Manager', async () => {
    const { iam } = open().raw
    const { Role } = await iam.getRole({ RoleName: NAME })
    expect(Role?.Path).toBe(PATH)
    expect(policyIn(Role?.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    })
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName: NAME })
    expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn)).toEqual([
      'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    ])
    expect((await iam.listRolePolicies({ RoleName: NAME })).PolicyNames).toEqual([])
  })

  it('lets a service other than EC2 take a role only on behalf of this account', async () => {
    const { raw, account } = open()
    const { Roles = [] } = await raw.iam.listRoles({ PathPrefix: PATH })
    const trusts = Roles.map(({ RoleName, AssumeRolePolicyDocument }) => {
      const { Statement } = policyIn(AssumeRolePolicyDocument) as { Statement: readonly Trust[] }
      return { RoleName, Statement }
    })
    const service = ({ Statement: [only] }: { Statement: readonly Trust[] }) => only?.Principal.Service ?? ''
    expect(trusts.map(service).sort()).toEqual([
      ...['ec2.amazonaws.com', 'ec2.amazonaws.com', 'vpc-flow-logs.amazonaws.com'],
    ])
    for (const { RoleName, Statement } of trusts.filter((one) => service(one) !== 'ec2.amazonaws.com')) {
      expect(Statement, RoleName).toHaveLength(1)
      expect(Statement[0]?.Condition?.StringEquals, RoleName).toEqual({ 'aws:SourceAccount': account.id })
    }
  })
}

interface Trust {
  readonly Principal: { readonly Service: string }
  readonly Condition?: { readonly StringEquals?: object }
}
