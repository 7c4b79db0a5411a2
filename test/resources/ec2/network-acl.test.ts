import { expect } from 'vitest'
import { type AclEntry, networkAcl } from '../../../src/resources/ec2/network-acl.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { addSubnet, addVpc, network, ourTags, retag, subnetNamed, tagsOf } from './parts.ts'

const ADDRESS = 'ec2:network-acl/public'

const entry = (rule: number, egress: boolean, more: Partial<AclEntry> = {}): AclEntry => ({
  ...{ rule, egress, action: 'allow', protocol: 'tcp', cidr: '0.0.0.0/0', fromPort: 443, toPort: 443 },
  ...more,
})
const everything = { protocol: '-1', fromPort: null, toPort: null }

const ENTRIES: Record<'first' | 'changed', readonly AclEntry[]> = {
  // Not in the order of their numbers: AWS goes by the numbers, not by ours.
  first: [
    entry(110, false, { fromPort: 1024, toPort: 65_535 }),
    entry(100, false),
    entry(120, false, { protocol: 'icmp', fromPort: null, toPort: null }),
    entry(100, true, everything),
  ],
  changed: [
    entry(100, false, { cidr: '10.20.0.0/16' }),
    entry(130, false, { action: 'deny', protocol: 'udp' }),
    entry(100, true, everything),
  ],
}

async function acls({ raw }: World, id: string) {
  const { NetworkAcls } = await raw.ec2.describeNetworkAcls({})
  const now = NetworkAcls?.find(({ NetworkAclId }) => NetworkAclId === id)
  const fallback = NetworkAcls?.find(({ IsDefault, VpcId }) => IsDefault && VpcId === now?.VpcId)
  return { now, fallback }
}

async function abandon(world: World, id: string, subnetId?: string): Promise<void> {
  const { now, fallback } = await acls(world, id)
  for (const { SubnetId, NetworkAclAssociationId } of now?.Associations ?? []) {
    if (subnetId !== undefined && SubnetId !== subnetId) continue
    const target = fallback?.NetworkAclId
    await world.raw.ec2.replaceNetworkAclAssociation({ AssociationId: NetworkAclAssociationId, NetworkAclId: target })
  }
}

keepsTheContract({
  address: ADDRESS,
  graph(_world, variant) {
    const { graph, part } = network()
    const inside = addVpc(part)
    const [one, two, three] = [1, 2, 3].map((number) => addSubnet(part, inside, number).ref('id'))
    if (!one || !two || !three) throw new Error('three subnets')
    if (variant === 'replaced') {
      const other = addVpc(part, 'other', '10.21.0.0/16')
      part.add(networkAcl, 'public', { vpcId: other.ref('id'), entries: ENTRIES.first, subnetIds: [] })
      return graph
    }
    const subnetIds = variant === 'first' ? [one, two] : [two, three]
    part.add(networkAcl, 'public', { vpcId: inside.ref('id'), entries: ENTRIES[variant], subnetIds })
    return graph
  },
  async verify(world, id, variant) {
    const { now } = await acls(world, id)
    const live = now?.Entries?.filter(({ RuleNumber }) => (RuleNumber ?? 0) < 32_767).map((item) =>
      [
        item.Egress ? 'out' : 'in',
        item.RuleNumber,
        item.RuleAction,
        item.Protocol,
        item.CidrBlock,
        item.PortRange?.From ?? item.IcmpTypeCode?.Type,
      ].join(' '),
    )
    const wanted = {
      first: [
        'in 100 allow 6 0.0.0.0/0 443',
        'in 110 allow 6 0.0.0.0/0 1024',
        'in 120 allow 1 0.0.0.0/0 ',
        'out 100 allow -1 0.0.0.0/0 ',
      ],
      changed: ['in 100 allow 6 10.20.0.0/16 443', 'in 130 deny 17 0.0.0.0/0 443', 'out 100 allow -1 0.0.0.0/0 '],
    }
    expect(live?.sort()).toEqual(wanted[variant])
    const subnets = await Promise.all((variant === 'first' ? [1, 2] : [2, 3]).map((one) => subnetNamed(world, one)))
    expect(now?.Associations?.map(({ SubnetId }) => SubnetId).sort()).toEqual(subnets.sort())
    expect(await tagsOf(world, id)).toMatchObject(ourTags(world, ADDRESS))
  },
  drifts: {
    // One is opened, one is changed, one is taken away.
    async entries({ raw }, id) {
      const NetworkAclId = id
      const open = { Protocol: '-1', RuleAction: 'allow', CidrBlock: '0.0.0.0/0', Egress: false } as const
      await raw.ec2.createNetworkAclEntry({ NetworkAclId, ...open, RuleNumber: 1 })
      await raw.ec2.replaceNetworkAclEntry({ NetworkAclId, ...open, RuleNumber: 100 })
      await raw.ec2.deleteNetworkAclEntry({ NetworkAclId, RuleNumber: 110, Egress: false })
    },
    subnetIds: async (world, id) => abandon(world, id, await subnetNamed(world, 1)),
    tags: retag,
  },
  async vanish(world, id) {
    await abandon(world, id)
    await world.raw.ec2.deleteNetworkAcl({ NetworkAclId: id })
  },
  gone: async (world, id) => (await acls(world, id)).now === undefined,
  replaced: 'replace',
})
