import type { IpPermission } from '@aws-sdk/client-ec2'
import type { Raw } from './raw.ts'
import { type Thing, thing } from './thing.ts'

export async function network({ ec2 }: Raw): Promise<Thing[]> {
  const [vpcs, subnets, gateways, nats, addresses, tables, endpoints] = await Promise.all([
    ec2.describeVpcs({}),
    ec2.describeSubnets({}),
    ec2.describeInternetGateways({}),
    ec2.describeNatGateways({}),
    ec2.describeAddresses({}),
    ec2.describeRouteTables({}),
    ec2.describeVpcEndpoints({}),
  ])
  return [
    ...(vpcs.Vpcs ?? []).map((it) => thing('vpc', it.VpcId, it.Tags, it.CidrBlock)),
    ...(subnets.Subnets ?? []).map((it) =>
      thing('subnet', it.SubnetId, it.Tags, `${it.CidrBlock} ${it.AvailabilityZone}`),
    ),
    ...(gateways.InternetGateways ?? []).map((it) =>
      thing('igw', it.InternetGatewayId, it.Tags, `${it.Attachments?.length}`),
    ),
    // A deleted NAT gateway is listed for about an hour.
    ...(nats.NatGateways ?? [])
      .filter(({ State }) => State !== 'deleted')
      .map((it) => thing('nat', it.NatGatewayId, it.Tags, it.State)),
    ...(addresses.Addresses ?? []).map((it) =>
      thing('address', it.AllocationId, it.Tags, `${it.AssociationId !== undefined}`),
    ),
    ...(tables.RouteTables ?? []).map((it) =>
      thing('table', it.RouteTableId, it.Tags, `${it.Routes?.length} routes, ${it.Associations?.length} associations`),
    ),
    ...(endpoints.VpcEndpoints ?? [])
      .filter(({ State }) => State?.toLowerCase() !== 'deleted')
      .map((it) =>
        thing('endpoint', it.VpcEndpointId, it.Tags, `${it.ServiceName} ${it.RouteTableIds?.length} tables`),
      ),
  ]
}

export async function doors({ ec2 }: Raw): Promise<Thing[]> {
  const [acls, groups, interfaces, vpcs, subnets] = await Promise.all([
    ec2.describeNetworkAcls({}),
    ec2.describeSecurityGroups({}),
    ec2.describeNetworkInterfaces({}),
    ec2.describeVpcs({}),
    ec2.describeSubnets({}),
  ])
  // moto keeps what AWS takes away with its VPC, its subnet or (below) its Auto Scaling group.
  const inVpc = ({ VpcId }: { VpcId?: string | undefined }) => vpcs.Vpcs?.some((vpc) => vpc.VpcId === VpcId)
  const inSubnet = ({ SubnetId }: { SubnetId?: string | undefined }) =>
    subnets.Subnets?.some((subnet) => subnet.SubnetId === SubnetId)
  const rules = (lists: readonly (readonly IpPermission[] | undefined)[]) =>
    lists.map((list = []) => list.flatMap((one) => [...(one.IpRanges ?? []), ...(one.UserIdGroupPairs ?? [])]).length)
  return [
    ...(acls.NetworkAcls ?? [])
      .filter(inVpc)
      .map((it) =>
        thing(
          'acl',
          it.NetworkAclId,
          it.Tags,
          `${it.Entries?.length} entries, ${it.Associations?.length} associations`,
        ),
      ),
    ...(groups.SecurityGroups ?? []).map((it) =>
      thing('group', it.GroupId, it.Tags, rules([it.IpPermissions, it.IpPermissionsEgress]).join(' in, ')),
    ),
    ...(interfaces.NetworkInterfaces ?? [])
      .filter(inSubnet)
      .map((it) => thing('interface', it.NetworkInterfaceId, it.TagSet, it.InterfaceType)),
  ]
}
