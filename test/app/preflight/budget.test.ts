import { setTimeout as sleep } from 'node:timers/promises'
import { EC2Client } from '@aws-sdk/client-ec2'
import { IAMClient } from '@aws-sdk/client-iam'
import { RDSClient } from '@aws-sdk/client-rds'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { beforeEach, expect, test } from 'vitest'
import type { Observation } from '../../../src/app/observe.ts'
import { preflight } from '../../../src/app/preflight.ts'
import type { Session } from '../../../src/app/session.ts'
import { Budget } from '../../../src/aws/preflight-asker.ts'
import type { Plan, Step } from '../../../src/engine/steps.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { scripted } from '../../support/scripted.ts'
import { configOf, planOf } from './stand.ts'

const services = {
  iam: scripted(IAMClient),
  ec2: scripted(EC2Client),
  rds: scripted(RDSClient),
  quotas: scripted(ServiceQuotasClient),
}
const ROLE = 'arn:aws:sts::123456789012:assumed-role/Deploy/ci'
const SLOW = 30

/** The calls of all services. */
const calls = () => Object.values(services).flatMap(({ called }) => called())

interface Account {
  readonly denied: boolean
  /** Whether RDS knows the class. */
  readonly sold: boolean
  readonly gateways: number
  /** Whether quotas may be listed, or only be asked for one by one. */
  readonly listing: boolean
}
const GOOD: Account = { denied: false, sold: true, gateways: 0, listing: true }
const BAD: Account = { denied: true, sold: false, gateways: 5, listing: false }

/** IAM is slow, so that everything else would be asked before it if it could. */
function account({ denied, sold, gateways, listing }: Account): void {
  services.iam.answers({
    GetRole: () => sleep(SLOW, { Role: { Arn: 'arn:aws:iam::123456789012:role/ci/Deploy' } }),
    SimulatePrincipalPolicy: ({ ActionNames }) =>
      sleep(SLOW, {
        EvaluationResults: (ActionNames as string[]).map((EvalActionName) => ({
          EvalActionName,
          EvalDecision: denied ? 'explicitDeny' : 'allowed',
        })),
      }),
  })
  const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c']
  services.ec2.answers({
    DescribeInstanceTypeOfferings: () => ({
      InstanceTypeOfferings: zones.map((Location) => ({ InstanceType: 't3.micro', Location })),
    }),
    DescribeNatGateways: () => ({ NatGateways: Array.from({ length: gateways }, () => ({ SubnetId: 'subnet-a' })) }),
    DescribeSubnets: () => ({ Subnets: [{ SubnetId: 'subnet-a', AvailabilityZone: 'us-east-1a' }] }),
  })
  services.rds.answers({
    DescribeOrderableDBInstanceOptions: ({ DBInstanceClass }) =>
      sleep(SLOW, {
        OrderableDBInstanceOptions:
          DBInstanceClass === undefined || sold
            ? [
                {
                  DBInstanceClass: DBInstanceClass ?? 'db.t4g.micro',
                  EngineVersion: '16.8',
                  StorageType: 'gp3',
                  AvailabilityZones: [{ Name: 'us-east-1a' }],
                },
              ]
            : [],
      }),
  })
  services.quotas.answers({
    ListServiceQuotas: () => {
      if (!listing) throw refusal('AccessDeniedException', 'no', 403)
      return { Quotas: ['L-F678F1CE', 'L-FE5A380F'].map((QuotaCode) => ({ QuotaCode, Value: 5 })) }
    },
    GetServiceQuota: () => ({ Quota: { Value: 32 } }),
  })
}
beforeEach(() => account(GOOD))

/** What preflight finds of a plan, and what it says that it could not check. */
async function found(change: (step: Step) => Step = (step) => step) {
  const config = configOf()
  const { plan, graph } = planOf(config)
  const said: string[] = []
  const session = { identity: { arn: ROLE }, loaded: { config }, emit: ({ text }: { text: string }) => said.push(text) }
  const seen = { wanted: graph, context: () => fakeCtx() }
  const changed: Plan = { ...plan, steps: plan.steps.map(change) }
  const findings = await preflight(session as unknown as Session, seen as unknown as Observation, changed)
  return { findings, said }
}
const replaced = (step: Step): Step => ({ ...step, action: 'replace', mode: 'create-first' })

test('a role that may do everything has all of it checked', async () => {
  expect(await found()).toEqual({ findings: [], said: [] })
  expect(calls()).toHaveLength(11)
})

test('with a denial, a class that there is not and gateways to be looked at, no refusal is lost', async () => {
  account({ ...BAD, listing: true })
  const { findings, said } = await found()
  expect(calls()).toHaveLength(12)
  expect(findings.some(({ message }) => /may not do .*ec2:CreateNatGateway/.test(message))).toBe(true)
  expect(findings).toContainEqual(expect.objectContaining({ field: 'database.instanceClass' }))
  expect(findings).toContainEqual(expect.objectContaining({ code: 'Quota', field: 'network.nat' }))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('the quota of vCPUs of standard instances (too many questions at once)')
  expect(said[0]).not.toMatch(/VPCs|NAT gateways|permission|is allowed/)
})

test('the worst case: rights in two batches, and again; what is asked last gives way, and is told', async () => {
  account(BAD)
  const { findings, said } = await found(replaced)
  expect(services.iam.called()).toEqual(['GetRole', ...Array(3).fill('SimulatePrincipalPolicy')])
  expect(calls()).toHaveLength(12)
  expect(findings.some(({ code }) => code === 'Permission')).toBe(true)
  expect(findings).toContainEqual(expect.objectContaining({ field: 'database.instanceClass' }))
  for (const what of ['elastic IPs', 'vCPUs of standard instances']) expect(said[0]).toContain(`the quota of ${what}`)
  expect(said[0]).toContain('(too many questions at once)')
  expect(said[0]).not.toContain('is allowed')
})

test('a plan that changes nothing asks nothing', async () => {
  await found((step) => ({ ...step, action: 'none' }))
  expect(calls()).toEqual([])
})

test('a plan that only changes something, or only deletes, asks for the rights to', async () => {
  await found((step) => (step.type.type === 'ec2:vpc' ? { ...step, action: 'update' } : { ...step, action: 'none' }))
  expect(calls()).toEqual(['GetRole', 'SimulatePrincipalPolicy'])
  account({ ...GOOD, denied: true })
  const { findings } = await found((step) => ({ ...step, action: step.type.type === 'ec2:vpc' ? 'delete' : 'none' }))
  expect(findings.map(({ action }) => action)).toEqual(['ec2:DeleteVpc', 's3:DeleteObject'])
})

test('what counts for less waits until what counts for more does not need it', async () => {
  const budget = new Budget()
  const order: string[] = []
  const call = (name: string) => async () => void order.push(name)
  const first = budget.spend(11, async (asker) => {
    await asker.ask(call('first'))
    await sleep(SLOW)
    return asker.ask(call('follow-up'))
  })
  const others = budget.spend(3, (asker) => Promise.all(['a', 'b', 'c'].map((name) => asker.ask(call(name)))))
  await Promise.all([first, others])
  expect(order).toEqual(['first', 'a', 'follow-up', 'b', 'c'])
})

test('a further page waits for what others may still ask, and no longer', async () => {
  const budget = new Budget()
  const order: string[] = []
  const call =
    (name: string, ms = 0) =>
    () =>
      sleep(ms).then(() => void order.push(name))
  const first = budget.spend(11, async (asker) => {
    await asker.ask(call('first', SLOW))
    return asker.ask(call('follow-up', SLOW))
  })
  const second = budget.spend(1, async (asker) => {
    await asker.ask(call('second'))
    await Promise.all(Array.from({ length: 20 }, () => asker.further(call('page'))))
  })
  await Promise.all([first, second])
  expect(order).toEqual(['second', 'first', 'follow-up', ...Array(9).fill('page')])
})

test('a claim that was too low takes nothing from what counts for more, nor more than 12 calls', async () => {
  const budget = new Budget()
  let asked = 0
  const many = (count: number) => (asker: { ask: (call: () => Promise<unknown>) => Promise<object> }) =>
    Promise.all(Array.from({ length: count }, () => asker.ask(async () => void asked++)))
  const [first, second] = await Promise.all([budget.spend(6, many(6)), budget.spend(1, many(20))])
  expect(asked).toBe(12)
  expect(first.every((answer) => 'value' in answer)).toBe(true)
  expect(second.filter((answer) => 'why' in answer)).toHaveLength(14)
})
