import type { Answer, Call } from '../proxy.ts'
import { refusal } from '../refusal.ts'

type Words = Readonly<Record<string, readonly [code: string, message: string, status?: number]>>

const PROFILE = 'Value (%) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN' as const
const NO_ROLE = 'IAM Instance Profile "%" has no associated IAM Roles' as const
const TEMPLATE = 'You must use a valid fully-formed launch template.' as const

/** How each service says that it does not know of a thing (aws-behaviours.md 0.1, 0.4, and the thing's own section). */
const UNKNOWN: Readonly<Record<string, Words>> = {
  ec2: {
    vpc: ['InvalidVpcID.NotFound', "The vpc ID '%' does not exist"],
    subnet: ['InvalidSubnetID.NotFound', "The subnet ID '%' does not exist"],
    'security group': ['InvalidGroup.NotFound', "The security group '%' does not exist"],
    'internet gateway': ['InvalidInternetGatewayID.NotFound', "The internetGateway ID '%' does not exist"],
    address: ['InvalidAllocationID.NotFound', "The allocation ID '%' does not exist"],
    'route table': ['InvalidRouteTableID.NotFound', "The routeTable ID '%' does not exist"],
    'network ACL': ['InvalidNetworkAclID.NotFound', "The networkAcl ID '%' does not exist"],
    'NAT gateway': ['NatGatewayNotFound', 'The Nat Gateway % was not found'],
    endpoint: ['InvalidVpcEndpointId.NotFound', "The Vpc Endpoint Id '%' does not exist"],
    'launch template': ['InvalidLaunchTemplateId.NotFound', 'The specified launch template, %, does not exist.'],
    instance: ['InvalidInstanceID.NotFound', "The instance ID '%' does not exist"],
    role: ['InvalidParameter', 'Unable to assume given IAM role'],
    'instance profile': ['InvalidParameterValue', PROFILE],
    'role of a profile': ['InvalidParameterValue', NO_ROLE],
  },
  autoscaling: {
    subnet: ['ValidationError', "The subnet ID '%' does not exist"],
    'security group': ['ValidationError', `${TEMPLATE} The security group '%' does not exist`],
    'launch template': [
      'ValidationError',
      `${TEMPLATE} The specified launch template, with template ID %, does not exist.`,
    ],
    'instance profile': ['ValidationError', `${TEMPLATE} ${PROFILE}`],
    'role of a profile': ['ValidationError', `${TEMPLATE} ${NO_ROLE}`],
    'target group': [
      'ValidationError',
      'Provided Target Groups may not be valid. Please ensure they exist and try again.',
    ],
  },
  elasticloadbalancing: {
    vpc: ['ValidationError', "The VPC ID '%' is not found"],
    subnet: ['SubnetNotFound', "The subnet ID '%' does not exist"],
    'security group': ['InvalidSecurityGroup', "Security group '%' does not exist"],
    'load balancer': ['LoadBalancerNotFound', "Load balancer '%' not found"],
    'target group': ['TargetGroupNotFound', "Target groups '%' not found"],
    listener: ['ListenerNotFound', "Listener '%' not found"],
  },
  rds: {
    subnet: ['InvalidSubnet', 'Some input subnets in :[%] are invalid.'],
    'security group': ['InvalidParameterValue', 'Invalid security group , groupId= %, groupName=.'],
    'parameter group': ['DBParameterGroupNotFound', 'DBParameterGroup not found: %', 404],
    'subnet group': ['DBSubnetGroupNotFoundFault', "DB subnet group '%' does not exist.", 404],
    database: ['DBInstanceNotFound', 'DBInstance % not found.', 404],
  },
  iam: {
    role: ['NoSuchEntity', 'The role with name % cannot be found.', 404],
    'instance profile': ['NoSuchEntity', 'Instance Profile % cannot be found.', 404],
  },
  elasticfilesystem: {
    subnet: ['SubnetNotFound', "The subnet ID '%' does not exist"],
    'security group': ['SecurityGroupNotFound', "The security group ID '%' does not exist"],
  },
  kms: { key: ['NotFoundException', "Key '%' does not exist"] },
  dynamodb: { table: ['ResourceNotFoundException', 'Requested resource not found: Table: % not found'] },
}

/** The refusal of a call that names something the service does not know; null where it would not mind. */
export function unknown(call: Call, kind: string, key: string): Answer | null {
  const words = UNKNOWN[call.service]?.[kind]
  if (words === undefined) return null
  const [code, message, status = 400] = words
  return refusal(call, status, code, message.replace('%', key))
}
