import { iamNameOf, iamPathOf } from '../../aws/names.ts'
import { text } from '../../engine/ref.ts'
import { flowLog } from '../../resources/ec2/flow-log.ts'
import { role } from '../../resources/iam/role.ts'
import { logGroup } from '../../resources/logs/log-group.ts'
import type { Draft } from '../blueprint.ts'
import type { Network } from './network.ts'
import { assumedByService } from './trust.ts'

/** Who talked to whom in the VPC, and who was refused. */
export function flowLogs(draft: Draft, { vpc }: Network): void {
  const { graph, config, facts, stack } = draft
  const { partition, region, account } = facts
  const watch = graph.layer('Watch')
  const retentionDays = config.monitoring.logRetentionDays
  const group = watch.add(logGroup, 'flow-logs', { name: `/ecom-infra/${stack}/flow-logs`, retentionDays })
  const writer = graph.layer('Security').add(role, 'flow-logs', {
    ...{ name: iamNameOf(stack, 'flow-logs', region), path: iamPathOf(stack, region) },
    description: `Flow logs of ${stack}`,
    trust: assumedByService('vpc-flow-logs.amazonaws.com', account, {
      ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` },
    }),
    managedPolicies: [],
    inlinePolicies: {
      write: {
        Version: '2012-10-17',
        Statement: [
          {
            // Not CreateLogGroup: who delivers late would make the group again after a teardown (aws-behaviours.md 1.11).
            ...{ Sid: 'WriteItsGroup', Effect: 'Allow' },
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: [group.ref('arn'), text`${group.ref('arn')}:*`],
          },
          { Sid: 'FindIt', Effect: 'Allow', Action: 'logs:DescribeLogGroups', Resource: '*' },
        ],
      },
    },
  })
  watch.add(flowLog, 'vpc', {
    ...{ vpcId: vpc.ref('id'), trafficType: 'ALL', aggregationSeconds: 600 },
    ...{ logGroupName: group.ref('name'), roleArn: writer.ref('arn', 'ready') },
  })
}
