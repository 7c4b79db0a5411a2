import type { IpPermission, NetworkAclEntry } from '@aws-sdk/client-ec2'
import type { Ctx } from './ctx.ts'
import { ADDRESS, all, oursFilter } from './ownership.ts'

/** What decides who reaches the bastion's port 22. */
export const DOORS = ['ec2:security-group/bastion', 'ec2:network-acl/public'] as const

/** Who may SSH to the bastion, as AWS has it now. */
export interface Doors {
  readonly group: readonly string[]
  /** In order: the first that holds an address decides. */
  readonly acl: readonly { readonly allow: boolean; readonly cidr: string }[]
}

const SSH = 22
const tagged = (ctx: Ctx, address: string) => [...oursFilter(ctx), { Name: `tag:${ADDRESS}`, Values: [address] }]

/** Two calls. Null where one of the two is not found: then nothing can be said. */
export async function doorsOf(ctx: Ctx): Promise<Doors | null> {
  const [group, acl] = DOORS
  const [groups, acls] = await Promise.all([
    all(ctx.ec2.paginateDescribeSecurityGroups({ Filters: tagged(ctx, group) }), (page) => page.SecurityGroups),
    all(ctx.ec2.paginateDescribeNetworkAcls({ Filters: tagged(ctx, acl) }), (page) => page.NetworkAcls),
  ])
  if (!groups[0] || !acls[0]) return null
  return {
    group: (groups[0].IpPermissions ?? []).filter(letsSsh).flatMap(({ IpRanges }) => cidrsIn(IpRanges)),
    acl: (acls[0].Entries ?? [])
      .filter((entry) => entry.Egress === false && meansSsh(entry))
      .toSorted((one, other) => (one.RuleNumber ?? 0) - (other.RuleNumber ?? 0))
      .map(({ RuleAction, CidrBlock = '' }) => ({ allow: RuleAction === 'allow', cidr: CidrBlock })),
  }
}

const cidrsIn = (ranges: IpPermission['IpRanges']) => (ranges ?? []).flatMap(({ CidrIp }) => CidrIp ?? [])

const letsSsh = ({ IpProtocol, FromPort = 0, ToPort = 0 }: IpPermission): boolean =>
  IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= SSH && SSH <= ToPort)

/** TCP by its number, or everything. */
const meansSsh = ({ Protocol, PortRange, CidrBlock }: NetworkAclEntry): boolean => {
  if (CidrBlock === undefined) return false
  const { From = 0, To = 65_535 } = PortRange ?? {}
  return Protocol === '-1' || (Protocol === '6' && From <= SSH && SSH <= To)
}
