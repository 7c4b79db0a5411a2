const READS = /^(Describe|Get|List|Head|Lookup|Search|Simulate|Select|Test|Validate|Scan|Query|BatchGet|Filter|Decode)/

/** Whether an operation changes something, told by AWS's own naming of operations. */
export const isMutating = (operation: string): boolean => !READS.test(operation)

/**
 * Changes that AWS refuses when they come twice, or moto breaks on. The engine looks after a lost answer, and asks for
 * what is missing.
 */
const ONCE = new Set([
  'ec2:AttachInternetGateway',
  'ec2:AuthorizeSecurityGroupEgress',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateRoute',
  'ec2:AssociateRouteTable',
  'ec2:ReplaceRouteTableAssociation',
  'ec2:ReplaceNetworkAclAssociation',
  'ec2:DeleteNetworkAclEntry',
  'ec2:AssociateIamInstanceProfile',
  'ec2:ReplaceIamInstanceProfileAssociation',
  'ec2:ModifyVolume',
  'iam:AddRoleToInstanceProfile',
  'iam:RemoveRoleFromInstanceProfile',
  'kms:CreateAlias',
  'dynamodb:UpdateTimeToLive',
])

/**
 * Creations without a token (aws-behaviours.md 0.5). When their answer is lost, only a look can tell what has happened:
 * some would be made twice, the others refused because of themselves. So EFS refuses even what has a token, and moto
 * makes a second one. S3's CreateBucket is not among them, for S3 is consistent and a bucket of ours is ours.
 */
const BLIND = new Set([
  'ec2:CreateVpc',
  'ec2:CreateSubnet',
  'ec2:CreateInternetGateway',
  'ec2:AllocateAddress',
  'ec2:CreateSecurityGroup',
  'elbv2:CreateLoadBalancer',
  'elbv2:CreateTargetGroup',
  'elbv2:CreateListener',
  'elbv2:CreateRule',
  'autoscaling:CreateAutoScalingGroup',
  'iam:CreateRole',
  'iam:CreateInstanceProfile',
  'logs:CreateLogGroup',
  'rds:CreateDBSubnetGroup',
  'rds:CreateDBParameterGroup',
  'rds:CreateDBInstance',
  'dynamodb:CreateTable',
  'efs:CreateFileSystem',
  'efs:CreateAccessPoint',
  'efs:CreateMountTarget',
  'kms:CreateKey',
  'sns:Subscribe',
])

/** Whether a lost answer must not be followed by the same call again, before a look. */
export const isBlind = (service: string, operation: string): boolean =>
  BLIND.has(`${service}:${operation}`) || ONCE.has(`${service}:${operation}`)

/** Questions before a run: good to know, and no reason to wait for. */
const ADVISORY = new Set([
  'quotas:ListServiceQuotas',
  'quotas:GetServiceQuota',
  'rds:DescribeOrderableDBInstanceOptions',
  'ec2:DescribeInstanceTypeOfferings',
  'iam:SimulatePrincipalPolicy',
])

/** Whether a run goes on without the answer. */
export const isAdvisory = (service: string, operation: string): boolean => ADVISORY.has(`${service}:${operation}`)
