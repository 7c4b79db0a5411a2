import { BASTION, BASTION_USER } from '../aws/bastion.ts'
import { nameOf } from '../aws/names.ts'
import { ADDRESS, STACK } from '../aws/ownership.ts'
import type { PolicyStatement } from '../aws/policy.ts'
import { type Config, stackId } from '../config/schema.ts'
import { manifestKeyOf } from '../state/keys.ts'

/** Listings: IAM binds none of them to anything. */
const LISTINGS = [
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeNetworkAcls',
  'ec2:DescribeSecurityGroups',
  'rds:DescribeDBInstances',
]

interface Scope {
  readonly partition: string
  /** Its ARN. */
  readonly stateBucket: string
}

/**
 * What a tunnel needs, and nothing of the rest of the stack: a key for its bastion, which may be started, and the
 * password of its database. To let an address in (--allow-my-ip) is to change the stack, and takes what `up` takes.
 */
export function tunnelStatements(config: Config, { partition, stateBucket }: Scope): readonly PolicyStatement[] {
  const [stack, { region }] = [stackId(config), config]
  const instances = `arn:${partition}:ec2:${region}:*:instance/*`
  // The stack's web servers carry its tag, too, but no address.
  const bastion = { [`aws:ResourceTag/${STACK}`]: stack, [`aws:ResourceTag/${ADDRESS}`]: BASTION }
  const database = `arn:${partition}:rds:${region}:*:db:${nameOf(stack, 'main', 63).toLowerCase()}`
  return [
    allow('TunnelListings', LISTINGS, '*', { StringEquals: { 'aws:RequestedRegion': region } }),
    allow('TunnelKey', ['ec2-instance-connect:SendSSHPublicKey'], instances, {
      StringEquals: { ...bastion, 'ec2:osuser': BASTION_USER },
    }),
    allow('TunnelBastion', ['ec2:GetConsoleOutput', 'ec2:StartInstances'], instances, { StringEquals: bastion }),
    allow(
      'TunnelPassword',
      ['secretsmanager:GetSecretValue'],
      `arn:${partition}:secretsmanager:${region}:*:secret:rds!db-*`,
      // RDS puts this tag on the secrets that it keeps.
      { StringLike: { 'secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn': database } },
    ),
    // With --stack the config comes out of the manifest. Who may list is told that there is none, and not that it is denied.
    allow('TunnelConfig', ['s3:GetObject', 's3:ListBucket'], [stateBucket, `${stateBucket}/${manifestKeyOf(stack)}`]),
  ]
}

const allow = (
  Sid: string,
  Action: readonly string[],
  Resource: NonNullable<PolicyStatement['Resource']>,
  Condition?: PolicyStatement['Condition'],
): PolicyStatement => ({ Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) })
