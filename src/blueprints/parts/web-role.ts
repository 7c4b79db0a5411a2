import type { PolicyStatement } from '../../aws/policy.ts'
import type { Handle } from '../../engine/graph.ts'
import { text, type Wired } from '../../engine/ref.ts'
import type { InstanceProfileOut } from '../../resources/iam/instance-profile.ts'
import type { Draft } from '../blueprint.ts'
import type { Stores } from './stores.ts'
import { instanceIdentity, managedPolicy } from './trust.ts'

/** The role of the web servers: Session Manager, the CloudWatch agent, and just the stores of this stack. */
export const webProfile = (draft: Draft, stores: Stores): Handle<InstanceProfileOut> =>
  instanceIdentity(draft, 'web', 'Web servers', {
    managedPolicies: [
      managedPolicy(draft, 'AmazonSSMManagedInstanceCore'),
      managedPolicy(draft, 'CloudWatchAgentServerPolicy'),
    ],
    inlinePolicies: {
      web: {
        Version: '2012-10-17',
        Statement: [
          ...ofStores(draft, stores),
          // The groups are ours: an agent that writes late must not make them again after a teardown.
          { Sid: 'OurLogGroupsOnly', Effect: 'Deny', Action: 'logs:CreateLogGroup', Resource: '*' },
        ],
      },
    },
  })

const ITEMS = [
  'GetItem',
  'BatchGetItem',
  'Query',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'DescribeTable',
]

const allow = (
  Sid: string,
  Action: PolicyStatement['Action'],
  Resource: Wired<string> | readonly Wired<string>[],
): Wired<PolicyStatement> => ({ Sid, Effect: 'Allow', Action, Resource })

function ofStores({ facts }: Draft, { bucket, table, database, files }: Stores): readonly Wired<PolicyStatement>[] {
  const { partition, region, account } = facts
  const user = text`arn:${partition}:rds-db:${region}:${account}:dbuser:${database.ref('resourceId')}/web`
  return [
    allow('ListAssets', 's3:ListBucket', bucket.ref('arn')),
    allow('ReadAssets', 's3:GetObject', text`${bucket.ref('arn')}/*`),
    allow(
      'Sessions',
      ITEMS.map((action) => `dynamodb:${action}`),
      table.ref('arn'),
    ),
    allow(
      'DatabasePassword',
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
      database.ref('secretArn'),
    ),
    allow('DatabaseAsWeb', 'rds-db:connect', user),
    {
      ...allow(
        'ProductFiles',
        ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        files.system.ref('arn'),
      ),
      Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': files.products.ref('arn') } },
    },
  ]
}
