import { IAMClient } from '@aws-sdk/client-iam'
import { beforeEach, describe, expect, test } from 'vitest'
import { leastPolicy } from '../../../src/app/policy.ts'
import { checkRights } from '../../../src/app/preflight/rights.ts'
import { Budget } from '../../../src/aws/preflight-asker.ts'
import type { Step } from '../../../src/engine/steps.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { scripted } from '../../support/scripted.ts'
import { configOf, planOf } from './stand.ts'

const iam = scripted(IAMClient)
beforeEach(() => iam.answers({}))
const USER = 'arn:aws:iam::123456789012:user/deployer'

interface Statement {
  readonly Effect?: string
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

const listOf = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value)

const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(text)

interface Trial {
  readonly ActionNames: readonly string[]
  readonly ResourceArns: readonly string[]
  readonly ContextEntries: readonly { readonly ContextKeyName: string; readonly ContextKeyValues: readonly string[] }[]
}

interface Result {
  readonly EvalActionName: string
  readonly EvalResourceName?: string
  readonly EvalDecision: string | undefined
  readonly ResourceSpecificResults: readonly { EvalResourceName: string; EvalResourceDecision: string }[]
}

/** How the simulator's results come. */
type Shape = (results: readonly Result[], input: Readonly<Record<string, unknown>>, nth: number) => object

const whole: Shape = (EvaluationResults) => ({ EvaluationResults })

/** So many results a page. */
const inPagesOf =
  (size: number): Shape =>
  (results, { Marker }) => {
    const from = Number(Marker ?? 0)
    const IsTruncated = from + size < results.length
    const EvaluationResults = results.slice(from, from + size)
    return { EvaluationResults, IsTruncated, ...(IsTruncated ? { Marker: String(from + size) } : {}) }
  }

/** A result for each resource, as it was for a long time. */
const oneByOne = (results: readonly Result[]): readonly Result[] =>
  results.flatMap(({ EvalActionName, ResourceSpecificResults }) =>
    ResourceSpecificResults.map(({ EvalResourceName, EvalResourceDecision }) => ({
      ...{ EvalActionName, EvalResourceName, EvalDecision: EvalResourceDecision, ResourceSpecificResults: [] },
    })),
  )

/** IAM's simulator, as far as these policies need one: StringEquals, and an explicit deny that wins. */
function allowedBy(statements: readonly Statement[], shaped: Shape = whole): void {
  const decide = (action: string, resource: string, known: ReadonlyMap<string, string>) => {
    const keys = statements.flatMap(({ Condition }) => Object.keys(Condition?.StringEquals ?? {}))
    const applies = ({ Action, Resource = '*', Condition }: Statement) =>
      listOf(Action).some((one) => fits(one, action)) &&
      listOf(Resource).some((one) => fits(one, resource)) &&
      Object.entries(Condition?.StringEquals ?? {}).every(([key, value]) =>
        listOf(value).includes(known.get(key) ?? ''),
      )
    const effects = statements.filter(applies).map(({ Effect = 'Allow' }) => Effect)
    const decision = effects.includes('Deny') ? 'explicitDeny' : effects.includes('Allow') ? 'allowed' : 'implicitDeny'
    return { decision, missing: keys.filter((key) => !known.has(key)) }
  }
  iam.answers({
    SimulatePrincipalPolicy: (input, nth) => {
      const { ActionNames, ResourceArns, ContextEntries } = input as unknown as Trial
      const known = new Map(
        ContextEntries.map(({ ContextKeyName, ContextKeyValues: [value = ''] }) => [ContextKeyName, value]),
      )
      const EvaluationResults = ActionNames.map((EvalActionName) => {
        const all = ResourceArns.map((EvalResourceName) => ({
          EvalResourceName,
          ...decide(EvalActionName, EvalResourceName, known),
        }))
        return {
          EvalActionName,
          EvalDecision: all[0]?.decision,
          MissingContextValues: [],
          ResourceSpecificResults: all.map(({ EvalResourceName, decision, missing }) => ({
            ...{ EvalResourceName, EvalResourceDecision: decision, MissingContextValues: missing },
          })),
        }
      })
      return shaped(EvaluationResults, input, nth)
    },
  })
}

function check(arn = USER, config = configOf()) {
  return checkRights(fakeCtx(), new Budget(), { arn, config, plan: planOf(config).plan })
}

/** As if the plan of a new stack were another one. */
function checkSteps(change: (step: Step) => Step, config = configOf()) {
  const { plan } = planOf(configOf())
  const changed = { ...plan, steps: plan.steps.map(change) }
  return checkRights(fakeCtx(), new Budget(), { arn: USER, config, plan: changed })
}

const CLEAR = { findings: [], doubts: [], notes: [] }
const ADMIN = { Action: '*', Resource: '*' }
const tried = () => iam.inputsOf('SimulatePrincipalPolicy') as unknown as readonly Trial[]

describe('permissions', () => {
  test('an administrator may do everything: one call, for no more actions than AWS takes', async () => {
    allowedBy([ADMIN])
    expect(await check()).toEqual(CLEAR)
    expect(tried()).toHaveLength(1)
    expect(tried()[0]?.ActionNames).toEqual(
      expect.arrayContaining(['ec2:CreateVpc', 'rds:CreateDBInstance', 'iam:PassRole']),
    )
    expect(tried()[0]?.ActionNames.length).toBeLessThanOrEqual(100)
    expect(tried()[0]?.ResourceArns.length).toBeLessThanOrEqual(20)
  })

  test.each([
    ['by itself', {}],
    [
      'with every option',
      { database: { enhancedMonitoringSeconds: 60 }, monitoring: { alarmEmail: 'ops@example.com' } },
    ],
    ['with a long name', { name: 'a-very-long-shop-nam' }],
  ])('the least policy that is printed is enough: %s', async (_, more) => {
    const config = configOf(more)
    allowedBy(leastPolicy(config, ['up']).Statement as readonly Statement[])
    expect(await check(USER, config)).toEqual(CLEAR)
    expect(tried()).toHaveLength(1)
  })

  test('each action of the least policy that is missing is named, with its service', async () => {
    const { Statement } = leastPolicy(configOf(), ['up'])
    const gone = ['ec2:CreateNatGateway', 'rds:CreateDBInstance', 's3:CreateBucket', 'iam:PassRole']
    const rest = Statement.map((one) => ({
      ...one,
      Action: listOf(one.Action).filter((action) => !gone.includes(action)),
    }))
    allowedBy(rest as readonly Statement[])
    const { findings, doubts } = await check()
    expect(doubts).toEqual([])
    expect(findings.map(({ action }) => action).sort()).toEqual([...gone].sort())
    expect(findings).toContainEqual({
      code: 'Permission',
      message: `${USER} may not do ec2:CreateNatGateway.`,
      ...{ field: null, action: 'ec2:CreateNatGateway' },
      hint: '`ecom-infra policy up` prints what is needed.',
    })
  })

  test('a policy in names of somebody’s own making is enough, too: it is tried once more on the things themselves', async () => {
    allowedBy([
      {
        Action: '*',
        Resource: [
          'arn:aws:ec2:us-east-1:123456789012:*',
          'arn:aws:dynamodb:*:*:table/shop-*',
          'arn:aws:rds:*:*:*:shop-*',
        ],
      },
      {
        Action: [
          'autoscaling:*',
          'cloudwatch:*',
          'elasticloadbalancing:*',
          'elasticfilesystem:*',
          'kms:*',
          'logs:*',
          'sns:*',
        ],
      },
      { Action: ['iam:*', 's3:*', 'secretsmanager:*'] },
    ])
    expect(await check()).toEqual(CLEAR)
    expect(tried()).toHaveLength(2)
    expect(tried()[1]?.ActionNames.every((action) => /^(ec2|dynamodb|rds):/.test(action))).toBe(true)
  })

  test('an explicit deny is a no', async () => {
    allowedBy([ADMIN, { Effect: 'Deny', Action: 'kms:*', Resource: '*' }])
    expect((await check()).findings).toMatchObject([
      { action: 'kms:CreateAlias', message: expect.stringContaining('kms:CreateAlias, kms:CreateKey') },
    ])
  })

  test('who may only look is told all of it, and what is left open is not called a no', async () => {
    allowedBy([{ Action: ['ec2:Describe*', 's3:List*'] }])
    const { findings, doubts } = await check()
    expect(findings.length).toBeGreaterThan(0)
    for (const { message } of findings) expect(message).toContain(`${USER} may not do `)
    expect(doubts).toMatchObject([{ why: 'perhaps not allowed' }])
  })

  test.each([
    ['create', ['ec2:CreateVpc'], ['ec2:DeleteVpc', 'ec2:ModifyVpcAttribute', 'ec2:RevokeSecurityGroupEgress']],
    ['update', ['ec2:ModifyVpcAttribute', 'ec2:DeleteTags'], ['ec2:CreateVpc', 'ec2:DeleteVpc']],
    ['replace', ['ec2:CreateVpc', 'ec2:DeleteVpc'], []],
    ['delete', ['ec2:DeleteVpc'], ['ec2:CreateVpc', 'ec2:DescribeVpcs']],
    ['none', [], ['ec2:CreateVpc', 'ec2:DeleteVpc']],
  ] as const)('a step that is to %s asks for what it takes', async (action, asked, not) => {
    allowedBy([ADMIN])
    await checkSteps((step) => ({ ...step, action: step.type.type === 'ec2:vpc' ? action : 'none' }))
    const names = tried()[0]?.ActionNames
    expect(names).toEqual(expect.arrayContaining([...asked, 's3:PutObject']))
    for (const name of not) expect(names).not.toContain(name)
  })

  test('an earlier one that is still there is deleted, too', async () => {
    allowedBy([ADMIN])
    const earlier = [{ id: 'vpc-0' }] as unknown as Step['older']
    const older = (step: Step) => (step.type.type === 'ec2:vpc' ? earlier : [])
    await checkSteps((step) => ({ ...step, action: 'none', older: older(step) }))
    expect(tried()[0]?.ActionNames).toContain('ec2:DeleteVpc')
  })

  test('what is not wanted any more is tried by its id, and no printed policy of this config is enough for it', async () => {
    const gone = (id: string) => (step: Step) => {
      const deleted = { ...step, action: 'delete', node: null, live: { id } } as unknown as Step
      return step.type.type === 's3:bucket' || step.type.type === 'sns:topic'
        ? deleted
        : { ...step, action: 'none' as const }
    }
    const mine = { Action: 's3:*', Resource: 'arn:aws:s3:::old-bucket' }
    allowedBy([mine])
    const name = await checkSteps(gone('old-bucket'))
    expect(name.findings.flatMap(({ message }) => message)).not.toContainEqual(expect.stringContaining('s3:'))
    const arn = 'arn:aws:sns:us-east-1:123456789012:old'
    allowedBy([mine, { Action: 'sns:DeleteTopic', Resource: arn }])
    expect((await checkSteps(gone(arn))).findings).not.toContainEqual(
      expect.objectContaining({ action: 'sns:DeleteTopic' }),
    )
    allowedBy([{ Action: 's3:*' }])
    const config = configOf({ network: { nat: 'none' } })
    const nat = (step: Step): Step => ({ ...step, action: step.type.type === 'ec2:nat-gateway' ? 'delete' : 'none' })
    const { findings } = await checkSteps(nat, config)
    expect(findings).toMatchObject([{ hint: expect.stringContaining('with the config as it was') }])
  })

  describe('told in pages', () => {
    const but = (...actions: string[]): Statement[] => [ADMIN, { Effect: 'Deny', Action: actions, Resource: '*' }]

    test('all of them count', async () => {
      allowedBy(but('ec2:CreateVpc', 'sns:CreateTopic'), inPagesOf(40))
      const { findings, doubts } = await check()
      expect(findings.map(({ action }) => action)).toEqual(['ec2:CreateVpc', 'sns:CreateTopic'])
      expect(doubts).toEqual([])
      expect(iam.inputsOf('SimulatePrincipalPolicy')[1]).toMatchObject({
        Marker: '40',
        ResourceArns: expect.any(Array),
      })
    })

    test('what was not told is not allowed: it is said to be unknown', async () => {
      allowedBy(but('s3:CreateBucket'), inPagesOf(2))
      const { findings, doubts } = await check()
      expect(findings).toEqual([])
      expect(doubts).toMatchObject([{ why: 'not told to the end' }])
      expect(doubts[0]?.what).toMatch(/ and \d\d more$/)
      expect(iam.called()).toHaveLength(12)
    })

    test('an action that is left out is not allowed, either', async () => {
      allowedBy([ADMIN], (results) => ({ EvaluationResults: results.slice(1) }))
      const [first] = (await check()).doubts
      expect(first).toEqual({ what: tried()[0]?.ActionNames[0], why: 'not told to the end' })
    })

    /** The first page, and then an error; the second look is answered. */
    const broken =
      (page: (results: readonly Result[]) => readonly Result[]): Shape =>
      (results, input, nth) => {
        if (nth === 2) throw refusal('Throttling')
        if (nth > 2) return whole(results, input, nth)
        return { EvaluationResults: page(results), IsTruncated: true, Marker: 'on' }
      }

    test('a no on one resource is none while others are to come', async () => {
      // By the least policy IAM's actions are denied on `*`, and allowed on the names.
      const least = leastPolicy(configOf(), ['up']).Statement as readonly Statement[]
      const isOnAll = ({ EvalResourceName }: Result) => EvalResourceName === '*'
      allowedBy(
        least,
        broken((results) => oneByOne(results).filter(isOnAll)),
      )
      const { findings, doubts } = await check()
      expect(findings).toEqual([])
      expect(doubts).toMatchObject([{ what: expect.stringContaining('iam:'), why: 'not told to the end' }])
    })

    test('a no on all of them is one, whatever is to come', async () => {
      allowedBy(
        but('ec2:CreateVpc'),
        broken((results) => results.slice(0, -2)),
      )
      const { findings, doubts } = await check()
      expect(findings.map(({ action }) => action)).toEqual(['ec2:CreateVpc'])
      expect(doubts).toEqual([{ what: tried()[0]?.ActionNames.slice(-2).join(', '), why: 'not told to the end' }])
    })

    test('refused on condition at the second look is unknown', async () => {
      allowedBy([ADMIN], (results, _, nth) => ({
        EvaluationResults: results.map(({ EvalActionName }) => ({
          ...{ EvalActionName, EvalDecision: EvalActionName === 'ec2:CreateVpc' ? 'implicitDeny' : 'allowed' },
          MissingContextValues: nth === 1 ? [] : ['aws:PrincipalTag/team'],
        })),
      }))
      expect(await check()).toMatchObject({
        findings: [],
        doubts: [{ what: 'ec2:CreateVpc', why: 'allowed under conditions only' }],
      })
    })
  })

  test('what hangs on circumstances that IAM was not told is unknown', async () => {
    allowedBy([{ Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalTag/team': 'web' } } }])
    const { findings, doubts } = await check()
    expect(findings).toEqual([])
    expect(doubts).toMatchObject([{ why: 'allowed under conditions only' }])
  })

  test('root is not asked about', async () => {
    expect(await check('arn:aws:iam::123456789012:root')).toEqual(CLEAR)
    expect(iam.called()).toEqual([])
  })

  test('an assumed role is asked about by its ARN, with its path', async () => {
    const Arn = 'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/Admin'
    iam.answers({ GetRole: () => ({ Role: { Arn } }) })
    await check('arn:aws:sts::123456789012:assumed-role/Admin/me@example.com')
    expect(iam.inputsOf('GetRole')).toEqual([{ RoleName: 'Admin' }])
    expect(iam.inputsOf('SimulatePrincipalPolicy')).toMatchObject([{ PolicySourceArn: Arn }])
  })

  test('a role that may not be read is taken to have no path', async () => {
    iam.answers({
      GetRole: () => {
        throw refusal('AccessDenied', 'no', 403)
      },
    })
    await check('arn:aws:sts::123456789012:assumed-role/Deploy/ci')
    expect(iam.inputsOf('SimulatePrincipalPolicy')).toMatchObject([
      { PolicySourceArn: 'arn:aws:iam::123456789012:role/Deploy' },
    ])
  })

  test.each([
    ['AccessDenied', 403, 'not allowed to ask'],
    ['NoSuchEntity', 404, 'NoSuchEntity'],
    ['NotImplemented', 501, 'not known here'],
  ])('a simulator that answers %s is no refusal', async (code, status, why) => {
    iam.answers({
      SimulatePrincipalPolicy: () => {
        throw refusal(code, 'no', status)
      },
    })
    expect(await check()).toEqual({ ...CLEAR, doubts: [{ what: 'the permissions', why }] })
  })

  test('credentials of another kind are not asked about', async () => {
    const { doubts } = await check('arn:aws:sts::123456789012:federated-user/somebody')
    expect(doubts).toEqual([{ what: 'the permissions', why: 'these credentials are neither a user’s nor a role’s' }])
    expect(iam.called()).toEqual([])
  })
})
