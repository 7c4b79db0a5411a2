import type { Filter, FlowLog } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { all, born, claim, oursAndAsked, oursFilter, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2, FRESH_IAM } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { refuseUnsuccessful } from '../../aws/unsuccessful.ts'
import { patiently, until } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

/** Flow logs of a VPC, into a log group. */
export interface FlowLogSpec {
  readonly vpcId: string
  readonly trafficType: 'ALL' | 'ACCEPT' | 'REJECT'
  readonly logGroupName: string
  readonly roleArn: string
  readonly aggregationSeconds: 60 | 600
}

export interface FlowLogOut {
  readonly id: string
}

/** aws-behaviours.md 1.11. */
export const flowLog: ResourceType<FlowLogSpec, FlowLogOut, Ctx> = {
  type: 'ec2:flow-log',
  parents: ['ec2:vpc'],
  fields: {
    vpcId: 'immutable',
    trafficType: 'immutable',
    logGroupName: 'immutable',
    roleArn: 'immutable',
    aggregationSeconds: 'immutable',
  },
  about: {
    identity: 'token',
    usable: 'created',
    seconds: { create: 3, delete: 3 },
    timeout: 300,
    holdsData: false,
    // A second one of the same traffic to the same place is refused.
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeFlowLogs'],
      create: ['ec2:CreateFlowLogs', 'ec2:CreateTags', 'iam:PassRole'],
      sync: ['ec2:CreateTags', 'ec2:DeleteTags'],
      destroy: ['ec2:DeleteFlowLogs', 'ec2:DescribeFlowLogs'],
    },
  },

  async read(ctx, asked) {
    const list = (filters: Filter[]) => listed(ctx, filters)
    const own = await oursAndAsked(ctx, asked, { list, idFilter: 'flow-log-id', id: (item) => item.FlowLogId })
    const found = own.map((item) => describe(ctx, item, asked))
    const missing = asked.filter((one) => !found.some(({ address }) => address === one.address))
    return [...found, ...(await strangers(ctx, missing))]
  },

  async create(ctx, address, spec, token) {
    const input = {
      ResourceType: 'VPC' as const,
      ResourceIds: [spec.vpcId],
      TrafficType: spec.trafficType,
      LogDestinationType: 'cloud-watch-logs' as const,
      LogGroupName: spec.logGroupName,
      DeliverLogsPermissionArn: spec.roleArn,
      MaxAggregationInterval: spec.aggregationSeconds,
      ClientToken: token,
      TagSpecifications: born(ctx, 'vpc-flow-log', address),
    }
    const made = await patiently(ctx, [FRESH_IAM, FRESH_EC2], async () =>
      refuseUnsuccessful(await ctx.ec2.createFlowLogs(input), 'ec2:CreateFlowLogs'),
    )
    return required(made.FlowLogIds?.[0], 'CreateFlowLogs', 'FlowLogIds')
  },

  async sync(ctx, _spec, live, changed) {
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
  },

  /** What was gathered may still be delivered for minutes: its role must not be able to make the log group anew. */
  async destroy(ctx, live) {
    await unlessGone(remove(ctx, live.id))
    await until(ctx, { what: 'the flow log to be gone', every: 2, timeout: flowLog.about.timeout }, async () => {
      const { FlowLogs } = await ctx.ec2.describeFlowLogs({ Filter: [{ Name: 'flow-log-id', Values: [live.id] }] })
      return FlowLogs?.some(({ FlowLogId }) => FlowLogId === live.id) ? undefined : true
    })
  },

  /** AWS tells it only when it has tried to deliver, ten minutes and more after the creation. */
  async health(ctx, live): Promise<Health> {
    const item = (await listed(ctx, oursFilter(ctx))).find(({ FlowLogId }) => FlowLogId === live.id)
    const status = item?.DeliverLogsStatus
    if (status === 'SUCCESS') return { state: 'healthy', detail: 'delivering' }
    if (status !== 'FAILED') return { state: 'unknown', detail: 'nothing has been delivered yet' }
    return {
      state: 'unhealthy',
      detail: `its logs are not delivered: ${item?.DeliverLogsErrorMessage ?? 'no reason given'}`,
    }
  },
}

const listed = (ctx: Ctx, filters: Filter[]): Promise<readonly FlowLog[]> =>
  ctx.memo(`ec2:flow-logs ${JSON.stringify(filters)}`, () =>
    all(ctx.ec2.paginateDescribeFlowLogs({ Filter: filters }), (page) => page.FlowLogs),
  )

async function remove(ctx: Ctx, id: string): Promise<void> {
  refuseUnsuccessful(await ctx.ec2.deleteFlowLogs({ FlowLogIds: [id] }), 'ec2:DeleteFlowLogs')
}

/** What somebody else has put in the place of ours: AWS refuses a second one that differs in nothing that counts. */
async function strangers(ctx: Ctx, missing: readonly Asked[]): Promise<readonly Found<FlowLogSpec, FlowLogOut>[]> {
  const wanted = missing.flatMap((one) => {
    const spec = one.spec as FlowLogSpec | null
    return spec === null || spec.vpcId === UNKNOWN ? [] : [{ one, spec }]
  })
  if (wanted.length === 0) return []
  const Values = [...new Set(wanted.map(({ spec }) => spec.vpcId))]
  const there = await listed(ctx, [{ Name: 'resource-id', Values }])
  return wanted.flatMap(({ one, spec }) =>
    there
      .map((item) => describe(ctx, item, []))
      .filter((live) => inPlaceOf(live.spec, spec))
      .map((live) => ({ ...live, address: one.address })),
  )
}

const inPlaceOf = (have: FlowLogSpec, want: FlowLogSpec): boolean =>
  have.vpcId === want.vpcId && have.logGroupName === want.logGroupName && have.trafficType === want.trafficType

function describe(ctx: Ctx, item: FlowLog, asked: readonly Asked[]): Found<FlowLogSpec, FlowLogOut> {
  const id = required(item.FlowLogId, 'DescribeFlowLogs', 'FlowLogId')
  const tags = toRecord(item.Tags)
  const spec: FlowLogSpec = {
    vpcId: item.ResourceId ?? '',
    trafficType: item.TrafficType ?? 'ALL',
    logGroupName: item.LogGroupName ?? groupIn(item.LogDestination),
    roleArn: item.DeliverLogsPermissionArn ?? '',
    aggregationSeconds: item.MaxAggregationInterval === 60 ? 60 : 600,
  }
  return { ...claim(ctx, id, tags, asked), id, spec, tags, out: { id } }
}

/** Whoever named the log group by its ARN gets no name back; the ARN may end in `:*`. */
const groupIn = (arn = ''): string => arn.replace(/:\*$/, '').split(':log-group:')[1] ?? arn
