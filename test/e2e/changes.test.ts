import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bastionIn } from './support/bastion-stand.ts'
import { become, planOf } from './support/becoming.ts'
import { failing } from './support/failing.ts'
import { policyIn } from './support/raw.ts'
import { openStack, type Stack, up } from './support/stack.ts'

const MONITOR = 'shop-dev-database-monitor-us-east-1'
const UNKNOWN = '(known after apply)'

describe('changes of mind, one after the other on a live stack', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await openStack()
    await up(stack)
  })
  afterAll(() => stack?.close())

  const database = async () => (await stack.raw.rds.describeDBInstances({})).DBInstances?.[0]
  const subscribed = async () => {
    const { Subscriptions = [] } = await stack.raw.sns.listSubscriptions({})
    return Subscriptions.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`)
  }
  const roles = async () => {
    const { Roles = [] } = await stack.raw.iam.listRoles({ PathPrefix: '/ecom-infra/shop-dev/us-east-1/' })
    return Roles.map(({ RoleName }) => RoleName)
  }
  const template = async () => {
    const { LaunchTemplateVersions } = await stack.raw.ec2.describeLaunchTemplateVersions({
      ...{ LaunchTemplateName: 'shop-dev-web', Versions: ['$Default'] },
    })
    return LaunchTemplateVersions?.[0]?.LaunchTemplateData ?? {}
  }
  /** The web servers that run, with the version of their template. */
  const servers = async () => {
    const { AutoScalingGroups = [] } = await stack.raw.autoscaling.describeAutoScalingGroups({})
    return (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId, InstanceType, LaunchTemplate }) => ({
      ...{ id: InstanceId, type: InstanceType, version: LaunchTemplate?.Version },
    }))
  }

  it('somebody wants the alarms, the database watched closely and larger, and another bastion', async () => {
    expect(await subscribed()).toEqual([])
    const [bastion, born] = [await bastionIn(stack.raw), await database()]
    const changes = {
      monitoring: { alarmEmail: 'ops@example.com' },
      database: { performanceInsights: true, enhancedMonitoringSeconds: 60, storageGb: 40 },
      bastion: { instanceType: 't3.small' },
    }
    const plan = Object.values(await planOf(stack, changes)).map(({ address, action }) => `${action} ${address}`)
    expect(plan.sort()).toEqual([
      ...['create iam:role/database-monitor', 'create sns:subscription/email'],
      ...['update cloudwatch:alarm/database-storage', 'update ec2:instance/bastion', 'update rds:instance/main'],
    ])
    const { summary, outputs } = await become(stack, changes)
    expect(summary).toMatchObject({ created: 2, updated: 3, replaced: 0, deleted: 0 })
    expect(await subscribed()).toEqual(['email ops@example.com'])

    const { Role } = await stack.raw.iam.getRole({ RoleName: MONITOR })
    expect(await database()).toMatchObject({
      ...{ DbiResourceId: born?.DbiResourceId, DBInstanceStatus: 'available', AllocatedStorage: 40 },
      ...{ PerformanceInsightsEnabled: true, PerformanceInsightsRetentionPeriod: 7 },
      ...{ MonitoringInterval: 60, MonitoringRoleArn: Role?.Arn },
    })
    expect(policyIn(Role?.AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'monitoring.rds.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': stack.account.id } },
        },
      ],
    })
    const { AttachedPolicies } = await stack.raw.iam.listAttachedRolePolicies({ RoleName: MONITOR })
    expect(AttachedPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(['AmazonRDSEnhancedMonitoringRole'])
    const { MetricAlarms } = await stack.raw.cloudwatch.describeAlarms({ AlarmNames: ['shop-dev-database-storage'] })
    expect(MetricAlarms).toMatchObject([{ Threshold: 4 * 1024 ** 3 }])

    const now = await bastionIn(stack.raw)
    expect(now).toMatchObject({ InstanceId: bastion.InstanceId, InstanceType: 't3.small', State: { Name: 'running' } })
    const halts = stack.account.proxy.calls.map(({ action }) => action).filter((one) => /^(Stop|Start)Inst/.test(one))
    expect(halts).toEqual(['StopInstances', 'StartInstances'])
    // AWS gives another address to what was stopped.
    expect(outputs.bastionHost).toBe(now.PublicIpAddress)
  })

  it('less storage cannot be had, and that is said before anything is done', async () => {
    stack.configure({ database: { storageGb: 20 } })
    const { code, message } = await failing(stack, ['up', '--yes'], 2)
    expect(code).toBe('Blocked')
    expect(message).toContain('it has 40 GB of storage')
    expect(stack.account.proxy.report().changes).toBe(0)
  })

  it('nobody wants the mail any more, nor the close look', async () => {
    const { summary } = await become(stack, { database: { storageGb: 40 } })
    expect(summary).toMatchObject({ created: 0, updated: 2, replaced: 0, deleted: 2 })
    expect(await subscribed()).toEqual([])
    expect(await roles()).not.toContain(MONITOR)
    expect(await database()).toMatchObject({
      ...{ PerformanceInsightsEnabled: false, MonitoringInterval: 0, AllocatedStorage: 40 },
    })
    expect(await bastionIn(stack.raw)).toMatchObject({ InstanceType: 't3.micro' })
  })

  it('larger web servers: the plan shows that the group changes too, and all servers are replaced', async () => {
    const changes = { web: { instanceType: 't3.small' }, database: { storageGb: 40 } }
    const plan = await planOf(stack, changes)
    expect(plan).toMatchObject({
      'ec2:launch-template/web': {
        action: 'update',
        changes: [{ path: 'instanceType', from: 't3.micro', to: 't3.small' }],
      },
      'autoscaling:group/web': { action: 'update', changes: [{ path: 'templateVersion', from: '1', to: UNKNOWN }] },
    })
    expect(Object.keys(plan)).toHaveLength(2)
    const [before, { ImageId }] = [await servers(), await template()]
    expect(before).toMatchObject([{ type: 't3.micro', version: '1' }])
    await become(stack, changes)
    // The same processor keeps its image.
    expect(await template()).toMatchObject({ InstanceType: 't3.small', ImageId })
    const after = await servers()
    expect(after).toMatchObject([{ type: 't3.small', version: '2' }])
    expect(after[0]?.id).not.toBe(before[0]?.id)
    const { InstanceRefreshes } = await stack.raw.autoscaling.describeInstanceRefreshes({
      AutoScalingGroupName: 'shop-dev-web',
    })
    expect(InstanceRefreshes).toMatchObject([{ Status: 'Successful' }])
  })

  it('another processor, by an image that it can boot, and the next PostgreSQL: its parameters come first, then the database, then the old ones go', async () => {
    const { DBInstanceIdentifier, DbiResourceId } = (await database()) ?? {}
    stack.account.proxy.reset()
    const { summary } = await become(stack, {
      ...{ web: { instanceType: 't4g.small' }, database: { storageGb: 40, engineVersion: '17' } },
    })
    // The database, the template and its group; the parameters.
    expect(summary).toMatchObject({ created: 0, updated: 3, replaced: 1, deleted: 0, failed: 0 })
    const { Images } = await stack.raw.ec2.describeImages({ ImageIds: [(await template()).ImageId ?? ''] })
    expect(Images?.[0]?.Architecture).toBe('arm64')
    expect(await servers()).toMatchObject([{ type: 't4g.small', version: '3' }])
    const { DBParameterGroups = [] } = await stack.raw.rds.describeDBParameterGroups({})
    const ours = DBParameterGroups.filter(({ DBParameterGroupName: name }) => name?.startsWith('shop-dev-'))
    expect(ours).toMatchObject([{ DBParameterGroupFamily: 'postgres17' }])
    expect(await database()).toMatchObject({
      ...{ DBInstanceIdentifier, DbiResourceId, EngineVersion: expect.stringMatching(/^17/) },
      DBParameterGroups: [{ DBParameterGroupName: ours[0]?.DBParameterGroupName }],
    })
    const calls = stack.account.proxy.calls.map(({ action }) => action)
    const order = ['CreateDBParameterGroup', 'ModifyDBInstance', 'DeleteDBParameterGroup'].map((one) =>
      calls.indexOf(one),
    )
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    expect(order).not.toContain(-1)
  })
})
