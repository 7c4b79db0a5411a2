import type { Call } from '../proxy.ts'
import { textIn } from './items.ts'

/** A kind of thing, as it shows on the wire. */
export interface Kind {
  readonly name: string
  readonly service: string
  /** The action that makes one. */
  readonly maker: string
  /** What one is called: told by the call that makes it, and AWS's answer to it. */
  readonly key: (call: Call, body: string) => string | undefined
  /** Lists in which it shows, each with the element that names it. */
  readonly lists: readonly (readonly [list: string, element: string])[]
  /** The parameters that name it where others have the same name; else any may. */
  readonly param?: RegExp
}

const ec2 = (name: string, maker: string, element: string, ...lists: readonly string[]): Kind => ({
  ...{ name, service: 'ec2', maker, key: (_call, body) => textIn(body, element) },
  lists: lists.map((list) => [list, element] as const),
})

const query = (service: string, name: string, maker: string, lists: Kind['lists']): Kind => {
  const [[, element] = ['', '']] = lists
  // By its name where the client gives one, else by the ARN of AWS's answer.
  return { name, service, maker, lists, key: ({ form }, body) => form[element] ?? textIn(body, element) }
}

const json = (service: string, name: string, maker: string, [list, element]: readonly [string, string]): Kind => ({
  ...{ name, service, maker, lists: [[list, element]] },
  key: (_call, body) => new RegExp(`"${element}": ?"([^"]+)"`).exec(body)?.[1],
})

/** What EC2 does not know everywhere at once. A VPC's default group and ACL come with it. */
const NETWORK: readonly Kind[] = [
  ec2('vpc', 'CreateVpc', 'vpcId', 'vpcSet', 'securityGroupInfo', 'networkAclSet'),
  ec2('subnet', 'CreateSubnet', 'subnetId', 'subnetSet'),
  ec2('security group', 'CreateSecurityGroup', 'groupId', 'securityGroupInfo'),
  ec2('internet gateway', 'CreateInternetGateway', 'internetGatewayId', 'internetGatewaySet'),
  ec2('address', 'AllocateAddress', 'allocationId', 'addressesSet'),
  ec2('route table', 'CreateRouteTable', 'routeTableId', 'routeTableSet'),
  ec2('network ACL', 'CreateNetworkAcl', 'networkAclId', 'networkAclSet'),
  ec2('NAT gateway', 'CreateNatGateway', 'natGatewayId', 'natGatewaySet'),
  ec2('endpoint', 'CreateVpcEndpoint', 'vpcEndpointId', 'vpcEndpointSet'),
  ec2('launch template', 'CreateLaunchTemplate', 'launchTemplateId', 'launchTemplates', 'launchTemplateVersionSet'),
  ec2('instance', 'RunInstances', 'instanceId', 'reservationSet'),
]

const IDENTITIES: readonly Kind[] = [
  {
    ...query('iam', 'role', 'CreateRole', [['Roles', 'RoleName']]),
    param: /^(RoleName|DeliverLogsPermissionArn|MonitoringRoleArn)$/,
  },
  {
    ...query('iam', 'instance profile', 'CreateInstanceProfile', [['InstanceProfiles', 'InstanceProfileName']]),
    param: /InstanceProfile(Name|\.Arn)$/,
  },
  {
    ...query('iam', 'role of a profile', 'AddRoleToInstanceProfile', []),
    ...{ key: ({ form }) => form.InstanceProfileName, param: /IamInstanceProfile\.Arn$/ },
  },
]

const SERVICES: readonly Kind[] = [
  query('elasticloadbalancing', 'load balancer', 'CreateLoadBalancer', [['LoadBalancers', 'LoadBalancerArn']]),
  query('elasticloadbalancing', 'target group', 'CreateTargetGroup', [['TargetGroups', 'TargetGroupArn']]),
  query('elasticloadbalancing', 'listener', 'CreateListener', [['Listeners', 'ListenerArn']]),
  {
    ...query('rds', 'parameter group', 'CreateDBParameterGroup', [['DBParameterGroups', 'DBParameterGroupName']]),
    param: /^DBParameterGroupName$/,
  },
  {
    ...query('rds', 'subnet group', 'CreateDBSubnetGroup', [['DBSubnetGroups', 'DBSubnetGroupName']]),
    param: /^DBSubnetGroupName$/,
  },
  {
    ...query('rds', 'database', 'CreateDBInstance', [['DBInstances', 'DBInstanceIdentifier']]),
    param: /^DBInstanceIdentifier$/,
  },
  json('kms', 'key', 'CreateKey', ['Keys', 'KeyId']),
  json('elasticfilesystem', 'file system', 'POST /2015-02-01/file-systems', ['FileSystems', 'FileSystemId']),
  json('elasticfilesystem', 'mount target', 'POST /2015-02-01/mount-targets', ['MountTargets', 'MountTargetId']),
  {
    ...json('dynamodb', 'table', 'CreateTable', ['TableNames', 'TableName']),
    param: /^TableName$/,
  },
]

export const KINDS: readonly Kind[] = [...NETWORK, ...IDENTITIES, ...SERVICES]

export const kindOf = (name: string): Kind => {
  const found = KINDS.find((kind) => kind.name === name)
  if (!found) throw new Error(`There is no kind ${name}.`)
  return found
}
