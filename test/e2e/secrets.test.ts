import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../support/proxy.ts'
import { without } from './support/answers.ts'
import {
  commandLinesDuring,
  filesIn,
  formsOf,
  leaks,
  secretsManager,
  type Texts,
  versionsIn,
} from './support/secrets.ts'
import { openStack, type Stack } from './support/stack.ts'

/** As AWS makes them: with signs that other notations write in another way. */
const ENVIRONMENT: Texts = {
  'the secret key': `wJalrXUtnFEMI/K7MDENG+${randomUUID()}/EXAMPLEKEY`,
  'the session token': `FwoGZXIvYXdzEJr//////////wEaDH+${randomUUID()}==`,
}
/** The run that is watched from beside. */
const BUILD = 'up --yes --verbose'
const PASSWORD = `p4ss"w0rd+&/${randomUUID()}`

describe('secrets', () => {
  const home = mkdtempSync(join(tmpdir(), 'ecom-infra-secrets-'))
  const secrets: Record<string, string> = { ...ENVIRONMENT }
  /** All that was said, and all that lies somewhere. */
  const texts: Record<string, string> = {}
  const calls: Call[] = []
  let stack: Stack
  let commandLines: readonly string[] = []
  let secret: string

  const said = async (args: string, code: number) => {
    const started = stack.start(args.split(' '))
    if (args === BUILD) commandLines = await commandLinesDuring(started.result)
    const result = await started.result
    expect(result.code, result.stderr).toBe(code)
    Object.assign(texts, { [`${args}: stdout`]: result.stdout, [`${args}: stderr`]: result.stderr })
    calls.push(...stack.account.proxy.calls.filter(({ accessKey }) => accessKey !== 'stranger'))
    stack.account.proxy.reset()
  }

  beforeAll(async () => {
    const changes = { monitoring: { alarmEmail: 'ops@example.com' } }
    stack = await openStack(changes, {
      XDG_STATE_HOME: home,
      AWS_SECRET_ACCESS_KEY: ENVIRONMENT['the secret key'],
      AWS_SESSION_TOKEN: ENVIRONMENT['the session token'],
    })
    const { account, raw } = stack
    account.proxy.listen(true)
    await said('up --dry-run --verbose', 0)
    await said('up --dry-run --json', 0)
    // A run that fails has the most to say.
    account.proxy.intercept(without('autoscaling', 'CreateAutoScalingGroup'))
    await said(BUILD, 1)
    account.proxy.intercept(null)

    const [database] = (await raw.rds.describeDBInstances({})).DBInstances ?? []
    secret = database?.MasterUserSecret?.SecretArn ?? ''
    const { SecretString = '{}' } = await secretsManager(account.url, 'GetSecretValue', { SecretId: secret })
    const { password } = JSON.parse(SecretString) as { password: string }
    secrets['the password that RDS has made'] = password
    // moto's is the same for everybody: from now on it is one that stands nowhere by chance.
    const rotated = JSON.stringify({ username: 'shopadmin', password: PASSWORD })
    await secretsManager(account.url, 'PutSecretValue', { SecretId: secret, SecretString: rotated })
    secrets['the password of the database'] = PASSWORD

    await said('up --yes --json --verbose', 0)
    for (const args of ['status --json', 'status --verbose', 'state history', 'state pull', 'policy up'])
      await said(args, 0)
    Object.assign(texts, await versionsIn(raw, `ecom-infra-state-${account.id}-us-east-1`))
    Object.assign(texts, await inAws())
    await said('local start', 0)
    Object.assign(texts, filesIn(home), filesIn(stack.dir))
    await said('local stop', 0)
    await said('down --yes --delete-data --verbose', 0)
  })
  afterAll(async () => {
    await stack?.run(['local', 'stop'])
    await stack?.close()
    rmSync(home, { recursive: true, force: true })
  })

  /** What people of the account can read without a right to any secret. */
  async function inAws(): Promise<Texts> {
    const { ec2, cloudwatch, iam } = stack.raw
    const template = { LaunchTemplateName: 'shop-dev-web', Versions: ['$Latest', '$Default'] }
    const { LaunchTemplateVersions = [] } = await ec2.describeLaunchTemplateVersions(template)
    const userData = LaunchTemplateVersions.map((one) =>
      Buffer.from(one.LaunchTemplateData?.UserData ?? '', 'base64').toString(),
    )
    const { DashboardBody = '' } = await cloudwatch.getDashboard({ DashboardName: 'shop-dev-us-east-1' })
    const alarms = await cloudwatch.describeAlarms({})
    const policy = await iam.getRolePolicy({ RoleName: 'shop-dev-web-us-east-1', PolicyName: 'web' })
    return {
      'the launch template': JSON.stringify(LaunchTemplateVersions),
      'the user data': userData.join('\n'),
      'the dashboard': DashboardBody,
      'the alarms': JSON.stringify(alarms.MetricAlarms),
      'the policy of the web servers': policy.PolicyDocument ?? '',
    }
  }

  it('are all four known to this test, and would be found in any notation', () => {
    expect(Object.values(secrets).map((one) => one.length > 8)).toEqual([true, true, true, true])
    for (const one of Object.values(secrets)) {
      for (const form of [...formsOf(one), Buffer.from(`password=${one}\n`).toString('base64')]) {
        expect(leaks({ ...texts, here: `x${form}y` }, { it: one }), form).toEqual(['it in here'])
      }
    }
  })

  it('stand in nothing that was said, remembered, or built', () => {
    const where = Object.keys(texts).join('\n')
    for (const place of [
      'manifest.json',
      'lock.json',
      'runs/',
      'user data',
      'local.json',
      'local.log',
      'ecom-infra.yaml',
    ]) {
      expect(where).toContain(place)
    }
    expect(texts[`${BUILD}: stderr`]).toContain('rds:CreateDBInstance')
    expect(texts['the user data']).toContain(secret)
    expect(leaks(texts, secrets)).toEqual([])
  })

  it('stand on no command line while the stack is built', () => {
    expect(commandLines.join('\n')).toContain(BUILD)
    expect(leaks({ ps: commandLines.join('\n') }, { ...ENVIRONMENT, password: PASSWORD })).toEqual([])
  })

  it('are neither asked for nor sent: the password is for the servers to fetch', () => {
    expect(calls.length).toBeGreaterThan(500)
    // A teardown looks whether RDS has taken its secret with it: by its name, which is all that a list tells.
    const asked = calls.filter(({ service }) => service === 'secretsmanager').map(({ action }) => action)
    expect([...new Set(asked)]).toEqual(['ListSecrets'])
    const wire = Object.fromEntries(
      calls.map(({ action, path, sent, got }, at) => [`${action} ${at}`, `${path} ${sent} ${got}`]),
    )
    expect(leaks(wire, secrets)).toEqual([])
    const [made] = calls.filter(({ action }) => action === 'CreateDBInstance')
    expect(made?.form).toMatchObject({ ManageMasterUserPassword: 'true' })
    expect(made?.form).not.toHaveProperty('MasterUserPassword')
  })
})
