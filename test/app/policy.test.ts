import { describe, expect, test } from 'vitest'
import { leastPolicy } from '../../src/app/policy.ts'
import { checkConfig } from '../../src/config/check.ts'
import { types } from '../../src/resources/index.ts'

function configOf(more: object = {}) {
  const base = { name: 'shop', environment: 'dev', region: 'eu-west-1', blueprint: 'ecommerce' }
  const checked = checkConfig({ ...base, ...more })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return checked.config
}

type Policy = ReturnType<typeof leastPolicy>
const statement = ({ Statement }: Policy, sid: string) => Statement.find(({ Sid }) => Sid === sid)
const actionsIn = ({ Statement }: Policy) => Statement.flatMap(({ Action }) => Action)

describe('the least policy', () => {
  test('of status changes nothing', () => {
    const verbs = actionsIn(leastPolicy(configOf(), ['status'])).map((action) => action.replace(/^.*:/, ''))
    expect(verbs.filter((verb) => !/^(Describe|Get|List|Scan)/.test(verb))).toEqual([])
  })

  test('of up and of down allows all that the types of the blueprint declare', () => {
    const [up, down] = [actionsIn(leastPolicy(configOf(), ['up'])), actionsIn(leastPolicy(configOf(), ['down']))]
    // An http endpoint has no policy that insists on TLS; here it is drawn.
    for (const { about } of types.filter(({ type }) => type !== 'sns:subscription')) {
      expect(up).toEqual(expect.arrayContaining([...about.actions.create, ...about.actions.sync]))
      expect(down).toEqual(expect.arrayContaining([...about.actions.read, ...about.actions.destroy]))
    }
  })

  test('binds identities to their path and buckets to their names, in whatever account', () => {
    const policy = leastPolicy(configOf(), ['up'])
    expect(statement(policy, 'Identities')?.Resource).toEqual([
      'arn:aws:iam::*:role/ecom-infra/shop-dev/eu-west-1/*',
      'arn:aws:iam::*:instance-profile/ecom-infra/shop-dev/eu-west-1/*',
    ])
    expect(statement(policy, 'Buckets')?.Resource).toEqual([
      'arn:aws:s3:::shop-dev-assets-*-eu-west-1',
      'arn:aws:s3:::shop-dev-assets-*-eu-west-1/*',
    ])
    expect(statement(policy, 'State')?.Resource).toContain('arn:aws:s3:::ecom-infra-state-*-eu-west-1')
    expect(statement(policy, 'Stack')?.Condition).toEqual({ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } })
    expect(statement(policy, 'Identities')?.Action).toContain('iam:PassRole')
    expect(statement(policy, 'ServiceRoles')).toMatchObject({
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: 'arn:aws:iam::*:role/aws-service-role/*',
    })
    for (const sid of ['Listings', 'Stack']) expect(statement(policy, sid)?.Action).not.toContain('iam:PassRole')
  })

  test('of everything together fits onto a role', () => {
    const monitored = { database: { enhancedMonitoringSeconds: 60 }, monitoring: { alarmEmail: 'ops@example.com' } }
    for (const more of [{}, monitored]) {
      expect(JSON.stringify(leastPolicy(configOf(more), ['up', 'status', 'down'])).length).toBeLessThan(10_240)
      expect(JSON.stringify(leastPolicy(configOf(more), ['status'])).length).toBeLessThan(6_144)
    }
  })

  test('of a tunnel is bound to the bastion and to the password of this stack', () => {
    const policy = leastPolicy(configOf(), ['ssh-bastion'])
    const bastion = {
      'aws:ResourceTag/ecom-infra:stack': 'shop-dev',
      'aws:ResourceTag/ecom-infra:address': 'ec2:instance/bastion',
    }
    expect(actionsIn(policy).filter((action) => /^(iam|kms):/.test(action))).toEqual([])
    // For --stack: its own manifest, and no other's.
    const bucket = 'arn:aws:s3:::ecom-infra-state-*-eu-west-1'
    expect(statement(policy, 'TunnelConfig')).toMatchObject({
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [bucket, `${bucket}/shop-dev/manifest.json`],
    })
    expect(actionsIn(policy).filter((action) => action.startsWith('s3:'))).toHaveLength(2)
    expect(statement(policy, 'TunnelKey')).toMatchObject({
      Resource: 'arn:aws:ec2:eu-west-1:*:instance/*',
      Condition: { StringEquals: { ...bastion, 'ec2:osuser': 'ec2-user' } },
    })
    expect(statement(policy, 'TunnelBastion')?.Condition).toEqual({ StringEquals: bastion })
    expect(statement(policy, 'TunnelPassword')).toMatchObject({
      Resource: 'arn:aws:secretsmanager:eu-west-1:*:secret:rds!db-*',
      Condition: {
        StringLike: {
          'secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn': 'arn:aws:rds:eu-west-1:*:db:shop-dev-main',
        },
      },
    })
    expect(actionsIn(leastPolicy(configOf(), ['up', 'status', 'down']))).not.toContain('secretsmanager:GetSecretValue')
  })
})
