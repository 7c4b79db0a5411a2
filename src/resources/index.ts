import type { AnyType } from '../engine/resource.ts'
import { autoScalingGroup } from './autoscaling/group.ts'
import { alarm } from './cloudwatch/alarm.ts'
import { dashboard } from './cloudwatch/dashboard.ts'
import { table } from './dynamodb/table.ts'
import { elasticIp } from './ec2/elastic-ip.ts'
import { flowLog } from './ec2/flow-log.ts'
import { instance } from './ec2/instance.ts'
import { internetGateway } from './ec2/internet-gateway.ts'
import { launchTemplate } from './ec2/launch-template.ts'
import { natGateway } from './ec2/nat-gateway.ts'
import { networkAcl } from './ec2/network-acl.ts'
import { routeTable } from './ec2/route-table.ts'
import { securityGroup } from './ec2/security-group.ts'
import { subnet } from './ec2/subnet.ts'
import { vpc } from './ec2/vpc.ts'
import { vpcEndpoint } from './ec2/vpc-endpoint.ts'
import { accessPoint } from './efs/access-point.ts'
import { fileSystem } from './efs/file-system.ts'
import { fileSystemPolicy } from './efs/file-system-policy.ts'
import { mountTarget } from './efs/mount-target.ts'
import { listener } from './elbv2/listener.ts'
import { loadBalancer } from './elbv2/load-balancer.ts'
import { targetGroup } from './elbv2/target-group.ts'
import { instanceProfile } from './iam/instance-profile.ts'
import { role } from './iam/role.ts'
import { key } from './kms/key.ts'
import { logGroup } from './logs/log-group.ts'
import { dbInstance } from './rds/instance.ts'
import { dbParameterGroup } from './rds/parameter-group.ts'
import { dbSubnetGroup } from './rds/subnet-group.ts'
import { bucket } from './s3/bucket.ts'
import { bucketPolicy } from './s3/bucket-policy.ts'
import { subscription } from './sns/subscription.ts'
import { topic } from './sns/topic.ts'

/**
 * The registry: every type there is, what others are built on first. A teardown that remembers no edges goes
 * through it backwards.
 */
export const types: readonly AnyType[] = [
  vpc,
  internetGateway,
  elasticIp,
  subnet,
  natGateway,
  routeTable,
  networkAcl,
  vpcEndpoint,
  securityGroup,
  bucket,
  bucketPolicy,
  table,
  fileSystem,
  fileSystemPolicy,
  mountTarget,
  accessPoint,
  logGroup,
  dbSubnetGroup,
  dbParameterGroup,
  dbInstance,
  // After the stores, whose names its policies hold.
  role,
  instanceProfile,
  flowLog,
  loadBalancer,
  targetGroup,
  listener,
  instance,
  launchTemplate,
  autoScalingGroup,
  key,
  topic,
  subscription,
  alarm,
  dashboard,
]
