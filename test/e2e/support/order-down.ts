import { call, type Rule, rules, told } from './order.ts'

const group = (name: string) => call('DeleteSecurityGroup', `ec2:security-group/${name}`)
const subnet = (name: string) => call('DeleteSubnet', `ec2:subnet/${name}`)
const role = (name: string) => `RoleName=shop-dev-${name}-us-east-1`
const profile = (name: string) => `InstanceProfileName=shop-dev-${name}-us-east-1`
const logs = (name: string) => call('DeleteLogGroup', name)

const DRAINED = told('DescribeAutoScalingGroups', /<Instances\s*\/>/, 'shop-dev-web')
const SERVERS_GONE = told('DescribeAutoScalingGroups', /<AutoScalingGroups\s*\/>/, 'shop-dev-web')
const BASTION_GONE = told('DescribeInstances', /<name>terminated<\/name>/, 'ec2:instance/bastion')
const BALANCER_OUT = told('DescribeNetworkInterfaces', /<networkInterfaceSet\s*\/>/, 'ELB app/shop-dev-web/')
const DATABASE_GONE = told('DescribeDBInstances', /DBInstanceNotFound/, 'shop-dev-main')
const targetGone = (zone: string) =>
  told('GET /2015-02-01/mount-targets', /MountTargetNotFound/, `efs:mount-target/${zone}`)
const endpointGone = (name: string) =>
  told('DescribeVpcEndpoints', /<state>deleted<\/state>|NotFound/, `ec2:vpc-endpoint/${name}`)
const NAT_GONE = told('DescribeNatGateways', /<state>deleted<\/state>/, 'ec2:nat-gateway/a')
const FLOW_LOG_GONE = told('DescribeFlowLogs', /<flowLogSet\s*\/>/, 'ec2:flow-log/vpc')
const TOPIC_GONE = told('GetTopicAttributes', /NotFound/, 'sns:topic/alerts')
const KEY = call('ScheduleKeyDeletion')
const FILES = call('DELETE /2015-02-01/file-systems/*')
const PARAMETERS = call('DeleteDBParameterGroup')
const DETACH = call('DetachInternetGateway')
const VPC = call('DeleteVpc')

const NETWORK: readonly Rule[] = [
  ...rules(
    '1.1',
    [call('DeleteSubnet'), VPC],
    [call('DeleteSecurityGroup'), VPC],
    [call('DeleteRouteTable'), VPC],
    [call('DeleteNetworkAcl'), VPC],
    [call('DeleteInternetGateway'), VPC],
    [call('DeleteVpcEndpoints'), VPC],
  ),
  ...rules(
    '1.3',
    [DETACH, call('DeleteInternetGateway')],
    [call('ReleaseAddress'), DETACH],
    [BALANCER_OUT, DETACH],
    [BASTION_GONE, DETACH],
  ),
  ...rules(
    '1.4',
    [call('DeleteNatGateway'), call('ReleaseAddress')],
    [NAT_GONE, call('ReleaseAddress')],
    [NAT_GONE, DETACH],
    [NAT_GONE, subnet('public-a')],
  ),
  ...rules(
    '1.9',
    [endpointGone('s3'), call('DeleteRouteTable', 'ec2:route-table/public')],
    [endpointGone('dynamodb'), call('DeleteRouteTable', 'ec2:route-table/public')],
  ),
  ...rules(
    '1.8',
    [group('database'), group('web')],
    [group('database'), group('bastion')],
    [group('files'), group('web')],
    [group('web'), group('alb')],
    [BALANCER_OUT, group('alb')],
    [SERVERS_GONE, group('web')],
    [call('TerminateInstances'), group('bastion')],
    [BASTION_GONE, group('bastion')],
    [DATABASE_GONE, group('database')],
    [targetGone('a'), group('files')],
    [targetGone('b'), group('files')],
  ),
  ...rules(
    '1.11',
    [call('DeleteFlowLogs'), logs('/ecom-infra/shop-dev/flow-logs')],
    [FLOW_LOG_GONE, logs('/ecom-infra/shop-dev/flow-logs')],
    [FLOW_LOG_GONE, call('DeleteRole', role('flow-logs'))],
    [FLOW_LOG_GONE, VPC],
  ),
]

const SERVERS: readonly Rule[] = [
  ...rules('2.2', [SERVERS_GONE, call('DeleteLaunchTemplate')]),
  ...rules(
    '2.4',
    [call('UpdateAutoScalingGroup', 'DesiredCapacity=0'), call('DeleteAutoScalingGroup')],
    [DRAINED, call('DeleteAutoScalingGroup')],
    [SERVERS_GONE, call('RemoveRoleFromInstanceProfile', profile('web'))],
  ),
  ...rules('2.3', [BASTION_GONE, call('RemoveRoleFromInstanceProfile', profile('bastion'))]),
  ...rules('3.2', [call('DeleteListener'), call('DeleteTargetGroup')], [SERVERS_GONE, call('DeleteTargetGroup')]),
  ...rules(
    '3.1',
    [call('DeleteListener'), call('DeleteLoadBalancer')],
    [BALANCER_OUT, subnet('public-a')],
    [BALANCER_OUT, subnet('public-b')],
  ),
  ...rules('4.1', [SERVERS_GONE, logs('/ecom-infra/shop-dev/web/')]),
]

const DATA: readonly Rule[] = [
  ...rules(
    '5.1',
    [DATABASE_GONE, call('DeleteDBSubnetGroup')],
    [call('DeleteDBSubnetGroup'), subnet('private-a')],
    [call('DeleteDBSubnetGroup'), subnet('private-b')],
  ),
  ...rules('5.2', [call('DeleteDBInstance'), PARAMETERS], [DATABASE_GONE, PARAMETERS]),
  ...rules(
    '5.3',
    [DATABASE_GONE, logs('/aws/rds/instance/shop-dev-main/')],
    [DATABASE_GONE, call('DetachRolePolicy', role('database-monitor'))],
    [SERVERS_GONE, call('DeleteDBInstance')],
  ),
  ...rules(
    '5.7',
    [call('DELETE /2015-02-01/mount-targets/*'), FILES],
    [targetGone('a'), FILES],
    [targetGone('b'), FILES],
    [call('DELETE /2015-02-01/access-points/*'), FILES],
    [call('DELETE /2015-02-01/file-systems/*/policy'), FILES],
    [targetGone('a'), subnet('private-a')],
    [targetGone('b'), subnet('private-b')],
    [SERVERS_GONE, call('DELETE /2015-02-01/mount-targets/*')],
  ),
  ...rules('5.6', [SERVERS_GONE, call('DeleteTable')]),
  ...rules('5.8', [SERVERS_GONE, call('DeleteBucket', '/shop-dev-assets-')]),
]

const ROLES: readonly Rule[] = ['web', 'bastion'].flatMap((name) =>
  rules(
    '6.1',
    [call('RemoveRoleFromInstanceProfile', profile(name)), call('DeleteInstanceProfile', profile(name))],
    [call('RemoveRoleFromInstanceProfile', profile(name)), call('DeleteRole', role(name))],
    [call('DetachRolePolicy', role(name)), call('DeleteRole', role(name))],
  ),
)

const WATCH: readonly Rule[] = [
  ...rules('6.1', [call('DeleteRolePolicy', role('web')), call('DeleteRole', role('web'))]),
  ...rules('4.5', [call('DeleteAlarms'), call('DeleteTopic')]),
  ...rules(
    '6.4',
    [call('DeleteTopic'), KEY],
    [TOPIC_GONE, KEY],
    [call('DeleteAlarms'), KEY],
    [call('DeleteAlias'), KEY],
  ),
  // The memory of the stack goes last: who is interrupted before has to find everything again.
  ...rules(
    '0.9',
    [VPC, call('DeleteObject', '/shop-dev/manifest.json')],
    [KEY, call('DeleteObject', '/shop-dev/manifest.json')],
  ),
]

/** What must be gone before, written from aws-behaviours.md. */
export const DOWN: readonly Rule[] = [...NETWORK, ...SERVERS, ...DATA, ...ROLES, ...WATCH]
