import { call, type Rule, rules, told } from './order.ts'

const MOUNT = 'POST /2015-02-01/mount-targets'
const READY_FILES = told('GET /2015-02-01/file-systems', /"LifeCycleState": "available"/)
const targetReady = (zone: string) =>
  told('GET /2015-02-01/mount-targets', /"LifeCycleState": "available"/, `efs:mount-target/${zone}`)
const NAT_READY = told('DescribeNatGateways', /<state>available<\/state>/)
const DATABASE_READY = told('DescribeDBInstances', /<DBInstanceStatus>available<\/DBInstanceStatus>/)
const SECRET_KNOWN = told('DescribeDBInstances', /<SecretArn>arn:/)
const TABLE_READY = told('DescribeTable', /"TableStatus": "ACTIVE"/)
const SERVERS = call('CreateAutoScalingGroup')
const BASTION = call('RunInstances')
const DATABASE = call('CreateDBInstance')
const BALANCER = call('CreateLoadBalancer')

const role = (name: string) => `RoleName=shop-dev-${name}-us-east-1`
const profile = (name: string) => `InstanceProfileName=shop-dev-${name}-us-east-1`

const NETWORK: readonly Rule[] = [
  ...rules('1.2', [call('CreateVpc'), call('CreateSubnet')]),
  ...rules(
    '1.3',
    [call('CreateVpc'), call('AttachInternetGateway')],
    [call('CreateInternetGateway'), call('AttachInternetGateway')],
  ),
  ...rules(
    '1.4',
    [call('AttachInternetGateway'), call('CreateNatGateway')],
    [told('DescribeInternetGateways', /<state>available<\/state>/), call('CreateNatGateway')],
    [call('AllocateAddress'), call('CreateNatGateway')],
    [call('CreateSubnet', 'CidrBlock=10.20.0.0/19'), call('CreateNatGateway')],
  ),
  ...rules(
    '1.6',
    [call('AttachInternetGateway'), call('CreateRoute', 'GatewayId=igw-')],
    [NAT_READY, call('CreateRoute', 'NatGatewayId=nat-')],
    [call('CreateRoute', 'GatewayId=igw-'), BALANCER],
    [call('CreateRoute', 'GatewayId=igw-'), BASTION],
    [call('AssociateRouteTable', 'ec2:route-table/public'), BASTION],
    [call('AssociateRouteTable', 'ec2:route-table/public'), SERVERS],
  ),
  ...rules('1.7', [call('CreateNetworkAcl'), call('CreateNetworkAclEntry')]),
  ...rules('1.9', [call('CreateRouteTable'), call('CreateVpcEndpoint')]),
  ...rules(
    '1.8',
    [call('CreateSecurityGroup', 'shop-dev-alb'), call('AuthorizeSecurityGroupIngress', 'ec2:security-group/web')],
    [call('CreateSecurityGroup', 'shop-dev-web'), call('AuthorizeSecurityGroupIngress', 'ec2:security-group/database')],
    [
      call('CreateSecurityGroup', 'shop-dev-bastion'),
      call('AuthorizeSecurityGroupIngress', 'ec2:security-group/database'),
    ],
    [call('CreateSecurityGroup', 'shop-dev-web'), call('AuthorizeSecurityGroupIngress', 'ec2:security-group/files')],
    [call('RevokeSecurityGroupEgress', 'ec2:security-group/database'), DATABASE],
  ),
]

const DATA: readonly Rule[] = [
  ...rules('5.1', [call('CreateSubnet'), call('CreateDBSubnetGroup')], [call('CreateDBSubnetGroup'), DATABASE]),
  ...rules(
    '5.2',
    [call('CreateDBParameterGroup'), call('ModifyDBParameterGroup')],
    [call('ModifyDBParameterGroup'), DATABASE],
  ),
  ...rules(
    '4.1',
    [call('CreateLogGroup', '/aws/rds/instance/shop-dev-main/'), DATABASE],
    [call('PutRetentionPolicy', '/aws/rds/instance/shop-dev-main/'), DATABASE],
    [call('CreateLogGroup', '/ecom-infra/shop-dev/web/'), SERVERS],
    [call('PutRetentionPolicy', '/ecom-infra/shop-dev/web/'), SERVERS],
    [call('CreateLogGroup', '/ecom-infra/shop-dev/flow-logs'), call('CreateFlowLogs')],
  ),
  ...rules(
    '5.3',
    [call('CreateSecurityGroup', 'shop-dev-database'), DATABASE],
    [call('AttachRolePolicy', role('database-monitor')), DATABASE],
    [DATABASE_READY, call('CreateLaunchTemplate')],
    [SECRET_KNOWN, call('PutRolePolicy', role('web'))],
  ),
  ...rules('5.6', [TABLE_READY, call('UpdateContinuousBackups')], [call('CreateTable'), call('UpdateTimeToLive')]),
  ...rules(
    '5.7',
    [call('POST /2015-02-01/file-systems'), call(MOUNT)],
    [READY_FILES, call(MOUNT)],
    [READY_FILES, call('POST /2015-02-01/access-points')],
    [READY_FILES, call('PUT /2015-02-01/file-systems/*/policy')],
    [call('CreateSecurityGroup', 'shop-dev-files'), call(MOUNT)],
    [call(MOUNT), SERVERS],
    [targetReady('a'), SERVERS],
    [targetReady('b'), SERVERS],
    [call('PUT /2015-02-01/file-systems/*/policy'), SERVERS],
    [call('POST /2015-02-01/access-points'), call('CreateLaunchTemplate')],
  ),
  ...rules('5.8', [call('CreateBucket', '/shop-dev-assets-'), call('PutBucketVersioning', '/shop-dev-assets-')]),
]

const SERVERS_AND_ROLES: readonly Rule[] = [
  ...rules(
    '6.1',
    [call('CreateRole', role('web')), call('PutRolePolicy', role('web'))],
    [call('AttachRolePolicy', role('web')), call('AddRoleToInstanceProfile', profile('web'))],
    [call('PutRolePolicy', role('web')), call('AddRoleToInstanceProfile', profile('web'))],
    [call('CreateInstanceProfile', profile('web')), call('AddRoleToInstanceProfile', profile('web'))],
    [call('AttachRolePolicy', role('bastion')), call('AddRoleToInstanceProfile', profile('bastion'))],
  ),
  ...rules('2.2', [call('CreateSecurityGroup', 'shop-dev-web'), call('CreateLaunchTemplate')]),
  ...rules('2.3', [call('AddRoleToInstanceProfile', profile('bastion')), BASTION]),
  ...rules(
    '2.4',
    [call('AddRoleToInstanceProfile', profile('web')), SERVERS],
    [call('CreateLaunchTemplate'), SERVERS],
    [call('CreateTargetGroup'), SERVERS],
  ),
  ...rules('2.5', [SERVERS, call('PutScalingPolicy')]),
  ...rules('3.1', [call('CreateSecurityGroup', 'shop-dev-alb'), BALANCER]),
  ...rules('3.3', [call('CreateTargetGroup'), call('CreateListener')], [BALANCER, call('CreateListener')]),
]

const WATCH: readonly Rule[] = [
  ...rules('6.4', [call('CreateKey'), call('CreateAlias')]),
  ...rules(
    '4.5',
    [call('CreateKey'), call('SetTopicAttributes', 'AttributeName=KmsMasterKeyId')],
    [call('EnableKeyRotation'), call('SetTopicAttributes', 'AttributeName=KmsMasterKeyId')],
    [call('SetTopicAttributes', 'AttributeName=KmsMasterKeyId'), call('SetTopicAttributes', 'AttributeName=Policy')],
    [call('CreateTopic'), call('Subscribe')],
  ),
  ...rules(
    '4.3',
    [call('CreateTopic'), call('PutMetricAlarm')],
    [call('SetTopicAttributes', 'AttributeName=Policy'), call('PutMetricAlarm')],
    [SERVERS, call('PutMetricAlarm', 'shop-dev-web-cpu')],
  ),
  ...rules('1.11', [call('PutRolePolicy', role('flow-logs')), call('CreateFlowLogs')]),
]

/** Nothing is made before it is said aloud under a lock: what a lost answer hides is looked for by that. */
const STATE: readonly Rule[] = rules(
  '0.5',
  // It is renewed as long as the run lasts.
  [told('PutObject', /^/, '/shop-dev/lock.json'), call('CreateVpc')],
  [told('PutObject', /^/, '"announced"', 'ec2:vpc/main"'), call('CreateVpc')],
  [told('PutObject', /^/, '"announced"', 'ec2:elastic-ip/nat-a"'), call('AllocateAddress')],
)

/** What must be there before, written from aws-behaviours.md. */
export const UP: readonly Rule[] = [...NETWORK, ...DATA, ...SERVERS_AND_ROLES, ...WATCH, ...STATE]
