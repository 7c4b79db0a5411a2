import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { key } from '../../../src/resources/kms/key.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'

const ADDRESS = 'kms:key/watch'
const aliasIn = ({ stack }: World) => `alias/${stack}-watch`

const policyFor = ({ account, region }: World, alarms: boolean) => ({
  Version: '2012-10-17' as const,
  Statement: [
    { Effect: 'Allow' as const, Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
    ...(alarms
      ? [
          {
            Effect: 'Allow' as const,
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
            Condition: {
              StringEquals: { 'aws:SourceAccount': account },
              ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${region}:${account}:alarm:*` },
            },
          },
        ]
      : []),
  ],
})

const meta = async ({ raw }: World, KeyId: string) => (await raw.kms.describeKey({ KeyId })).KeyMetadata

const tagged = async ({ raw }: World, KeyId: string) =>
  Object.fromEntries(
    ((await raw.kms.listResourceTags({ KeyId })).Tags ?? []).map(({ TagKey, TagValue }) => [TagKey, TagValue]),
  )

keepsTheContract({
  address: ADDRESS,
  graph(world, variant) {
    const graph = new Graph()
    graph.layer('Watch').add(key, 'watch', {
      alias: variant === 'changed' ? `${aliasIn(world)}-2` : aliasIn(world),
      description: variant === 'changed' ? 'Alarms' : `Alarms of ${world.stack}`,
      policy: policyFor(world, variant !== 'changed'),
      rotation: variant !== 'changed',
      enabled: variant !== 'changed',
    })
    return graph
  },
  async verify(world, id, variant) {
    const first = variant === 'first'
    expect(await meta(world, id)).toMatchObject({
      KeyState: first ? 'Enabled' : 'Disabled',
      Description: first ? `Alarms of ${world.stack}` : 'Alarms',
    })
    const { Policy = '' } = await world.raw.kms.getKeyPolicy({ KeyId: id, PolicyName: 'default' })
    expect(JSON.parse(Policy)).toEqual(policyFor(world, first))
    expect(await world.raw.kms.getKeyRotationStatus({ KeyId: id })).toMatchObject({ KeyRotationEnabled: first })
    const { Aliases = [] } = await world.raw.kms.listAliases({ KeyId: id })
    const alias = aliasIn(world)
    expect(Aliases.map(({ AliasName }) => AliasName)).toEqual([first ? alias : `${alias}-2`])
    expect(await tagged(world, id)).toMatchObject({
      ...{ team: 'web', 'ecom-infra:stack': world.stack, 'ecom-infra:address': ADDRESS },
      Name: `${world.stack}-watch`,
    })
  },
  drifts: {
    alias: (world) => world.raw.kms.deleteAlias({ AliasName: aliasIn(world) }),
    description: ({ raw }, KeyId) => raw.kms.updateKeyDescription({ KeyId, Description: 'nothing' }),
    policy: (world, KeyId) =>
      world.raw.kms.putKeyPolicy({ KeyId, PolicyName: 'default', Policy: JSON.stringify(policyFor(world, false)) }),
    rotation: ({ raw }, KeyId) => raw.kms.disableKeyRotation({ KeyId }),
    enabled: ({ raw }, KeyId) => raw.kms.disableKey({ KeyId }),
    tags: ({ raw }, KeyId) => raw.kms.untagResource({ KeyId, TagKeys: ['ecom-infra:stack', 'team', 'Name'] }),
  },
  // Its alias stays with it, and has to come to the next one.
  vanish: ({ raw }, KeyId) => raw.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 }),
  async gone(world, id) {
    const { Aliases = [] } = await world.raw.kms.listAliases({ KeyId: id })
    return (await meta(world, id))?.KeyState === 'PendingDeletion' && Aliases.length === 0
  },
  replaced: null,
})
