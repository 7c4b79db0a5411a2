import { KMSClient } from '@aws-sdk/client-kms'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { beforeEach, describe, expect, test } from 'vitest'
import { UNKNOWN } from '../../../src/engine/ref.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import { type KeyOut, type KeySpec, key } from '../../../src/resources/kms/key.ts'
import { type FakeCtx, fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'kms:key/watch'
const alias = 'alias/shop-dev-watch'
const root = 'arn:aws:iam::123456789012:root'
const policyOf = (Action: string) => ({
  Version: '2012-10-17' as const,
  Statement: [{ Effect: 'Allow' as const, Principal: { AWS: root }, Action, Resource: '*' }],
})
const spec: KeySpec = { alias, description: 'Alarms', policy: policyOf('kms:*'), rotation: true, enabled: true }
const arnOf = (id: string) => `arn:aws:kms:us-east-1:123456789012:key/${id}`
const having = (more: Partial<KeySpec> = {}): Found<KeySpec, KeyOut> => ({
  ...{ address, id: 'k-1', ours: true, tags: {}, spec: { ...spec, ...more }, out: { id: 'k-1', arn: arnOf('k-1') } },
})
const asked = (more: Partial<Asked> = {}): Asked => ({ address, id: 'k-1', token: null, spec, ...more })

interface FakeKey {
  readonly state?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly aliases?: readonly string[]
  readonly days?: number
}
const OURS = { 'ecom-infra:stack': 'shop-dev', 'ecom-infra:address': address }
const none = () => fail('NotFoundException', 'Key does not exist')

/** KMS with these keys in it: what only reads needs no more. */
const holding = (keys: Readonly<Record<string, FakeKey>>) => {
  const idOf = ({ KeyId = '' }: { KeyId?: unknown }): string =>
    Object.keys(keys).find((id) => id === KeyId || keys[id]?.aliases?.includes(String(KeyId))) ?? none()
  const listed = Object.entries(keys).flatMap(([TargetKeyId, { aliases = [] }]) =>
    aliases.map((AliasName) => ({ AliasName, TargetKeyId })),
  )
  return {
    DescribeKey: (input: object) => {
      const KeyId = idOf(input)
      const KeyState = keys[KeyId]?.state ?? 'Enabled'
      return { KeyMetadata: { KeyId, Arn: arnOf(KeyId), KeyState, Description: 'Alarms', DeletionDate: DAY } }
    },
    GetKeyPolicy: (input: object) => ({ Policy: idOf(input) && JSON.stringify(spec.policy) }),
    GetKeyRotationStatus: (input: object) => ({
      KeyRotationEnabled: true,
      RotationPeriodInDays: keys[idOf(input)]?.days,
    }),
    ListResourceTags: (input: object) => ({
      Tags: Object.entries(keys[idOf(input)]?.tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    }),
    ListKeys: () => ({ Keys: Object.keys(keys).map((KeyId) => ({ KeyId })) }),
    ListAliases: ({ KeyId }: { KeyId?: unknown }) => ({
      Aliases: listed.filter(({ TargetKeyId }) => KeyId === undefined || TargetKeyId === KeyId),
    }),
  }
}
const DAY = new Date('2026-11-28T10:00:00Z')

const { answers, called, inputsOf } = scripted(KMSClient)
const tagging = scripted(ResourceGroupsTaggingAPIClient)
beforeEach(() => {
  answers({})
  tagging.answers({})
})
const hint = (...ids: string[]) =>
  tagging.answers({ GetResources: () => ({ ResourceTagMappingList: ids.map((id) => ({ ResourceARN: arnOf(id) })) }) })

describe('reading', () => {
  const readIn = (ctx: FakeCtx, keys: Readonly<Record<string, FakeKey>>, ...what: Asked[]) => {
    answers(holding(keys))
    return key.read(ctx, what)
  }
  const read = (keys: Readonly<Record<string, FakeKey>>, ...what: Asked[]) => readIn(fakeCtx(), keys, ...what)
  const own = { tags: OURS, aliases: [alias] }

  test('four calls where the alias leads to the remembered key', async () => {
    const found = await read({ 'k-1': own }, asked())
    expect(found).toMatchObject([{ address, id: 'k-1', ours: true, spec, out: { arn: arnOf('k-1') }, tags: OURS }])
    expect([...called()].sort()).toEqual(['DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListResourceTags'])
    expect(tagging.called()).toEqual([])
  })

  test('the remembered one where the alias is gone, leads elsewhere or is not known', async () => {
    const there = { 'k-1': { tags: OURS }, 'k-2': { aliases: [alias] } }
    const [stranger, mine] = await read(there, asked())
    expect(stranger).toMatchObject({ address, id: 'k-2', ours: false })
    expect(mine).toMatchObject({ address, id: 'k-1', ours: true, spec: { alias: '' } })
    const known = await read({ 'k-1': own }, asked({ spec: { ...spec, alias: UNKNOWN } }))
    expect(known).toMatchObject([{ id: 'k-1', spec: { alias } }])
    expect(tagging.called()).toEqual([])
  })

  test('by its alias with the manifest lost', async () => {
    expect(await read({ 'k-1': own }, asked({ id: null }))).toMatchObject([{ address, id: 'k-1', ours: true }])
  })

  test('by the hint of the tagging API, which may also name ghosts', async () => {
    hint('k-1', 'k-9', 'k-8')
    const keys = { 'k-1': { tags: OURS, aliases: ['alias/theirs'] }, 'k-8': { state: 'PendingDeletion', tags: OURS } }
    expect(await read(keys, asked({ id: null }))).toMatchObject([{ address, id: 'k-1', ours: true }])
  })

  test('by its tags where no hint shows it yet: of all keys those without an alias are asked, eight at a time', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, nth) => [`x-${nth}`, {}]))
    const keys = {
      ...many,
      'k-1': { tags: OURS },
      aws: { aliases: ['alias/aws/ebs'] },
      app: { aliases: ['alias/app'] },
    }
    let open = 0
    let most = 0
    const kms = holding(keys)
    answers({
      ...kms,
      ListResourceTags: async (input) => {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setTimeout(resolve, 1))
        open--
        return kms.ListResourceTags(input)
      },
    })
    expect(await key.read(fakeCtx(), [asked({ id: null })])).toMatchObject([{ address, id: 'k-1', ours: true }])
    expect(most).toBe(8)
    const looked = inputsOf('ListResourceTags').map(({ KeyId }) => KeyId)
    expect(looked).not.toContain('aws')
    expect(looked).not.toContain('app')
  })

  test('a key whose tags may not be read, or that goes meanwhile, is not ours', async () => {
    const kms = holding({ 'k-1': {}, 'k-2': {}, 'k-3': { tags: OURS } })
    answers({
      ...kms,
      ListResourceTags: (input) => {
        if (input.KeyId === 'k-1') return fail('AccessDeniedException')
        return input.KeyId === 'k-2' ? none() : kms.ListResourceTags(input)
      },
    })
    expect(await key.read(fakeCtx(), [asked({ id: null })])).toMatchObject([{ id: 'k-3' }])
  })

  test('a creation that is in doubt is looked for, though another one answers to the alias: both are told', async () => {
    const keys = { 'k-1': own, 'k-2': { tags: OURS } }
    expect((await read(keys, asked({ token: 't' }))).map(({ id }) => id)).toEqual(['k-1', 'k-2'])
    expect((await read(keys, asked())).map(({ id }) => id)).toEqual(['k-1'])
  })

  test('a wide look tells a twin that nothing leads to, and searches no further', async () => {
    hint('k-1', 'k-2')
    const keys = { 'k-1': own, 'k-2': { tags: OURS, aliases: ['alias/theirs'] }, 'k-3': { tags: OURS } }
    const found = await readIn(fakeCtx({ wide: true }), keys, asked())
    expect(found).toMatchObject(['k-1', 'k-2'].map((id) => ({ address, id, ours: true })))
    expect(called()).not.toContain('ListKeys')
    expect((await read(keys, asked())).map(({ id }) => id)).toEqual(['k-1'])
  })

  test('what the tagging API shows is no twin when it is dead, gone or given away since', async () => {
    hint('k-1', 'k-2', 'k-3', 'k-4', 'k-5')
    const keys = {
      ...{ 'k-1': own, 'k-2': { tags: OURS, state: 'PendingDeletion' } },
      ...{ 'k-4': { tags: { 'ecom-infra:address': address } } },
      ...{ 'k-5': { tags: { ...OURS, 'ecom-infra:stack': 'shop' } } },
    }
    const ctx = fakeCtx({ wide: true })
    expect((await readIn(ctx, keys, asked())).map(({ id }) => id)).toEqual(['k-1'])
    const rest = { 'k-4': keys['k-4'], 'k-5': keys['k-5'] }
    expect(await readIn(fakeCtx({ wide: true }), rest, asked())).toEqual([])
  })

  test('a wide look takes not one call more where there is no twin, and none where the tagging API shows nothing', async () => {
    hint('k-1')
    await readIn(fakeCtx({ wide: true }), { 'k-1': own }, asked())
    expect([...called()].sort()).toEqual(['DescribeKey', 'GetKeyPolicy', 'GetKeyRotationStatus', 'ListResourceTags'])
    hint()
    expect(await readIn(fakeCtx({ wide: true }), { 'k-1': own }, asked())).toMatchObject([{ id: 'k-1' }])
    expect(called()).toHaveLength(4)
  })

  test('a teardown searches, too, for what the tagging API does not show', async () => {
    hint('k-1')
    const keys = { 'k-1': own, 'k-2': { tags: OURS }, app: {} }
    const found = await readIn(fakeCtx({ wide: true, teardown: true }), keys, asked())
    expect(found.map(({ id }) => id)).toEqual(['k-1', 'k-2'])
  })

  test('all pages of keys and aliases', async () => {
    const kms = holding({ 'k-1': { tags: OURS }, app: { aliases: ['alias/app'] } })
    answers({
      ...kms,
      ListKeys: ({ Marker }) =>
        Marker ? { Keys: [{ KeyId: 'k-1' }] } : { Keys: [{ KeyId: 'app' }], Truncated: true, NextMarker: 'more' },
      ListAliases: ({ Marker }) =>
        Marker ? kms.ListAliases({}) : { Aliases: [], Truncated: true, NextMarker: 'more' },
    })
    expect(await key.read(fakeCtx(), [asked({ id: null })])).toMatchObject([{ id: 'k-1' }])
    expect(inputsOf('ListResourceTags').map(({ KeyId }) => KeyId)).not.toContain('app')
  })

  test.each(['PendingDeletion', 'PendingReplicaDeletion'])('one that is %s is absent', async (state) => {
    expect(await read({ 'k-1': { ...own, state } }, asked())).toEqual([])
  })

  test('a key of another stack under our alias is a stranger in our place', async () => {
    const theirs = { aliases: [alias], tags: { 'ecom-infra:stack': 'shop' } }
    expect(await read({ 'k-5': theirs }, asked({ id: null }))).toMatchObject([{ address, id: 'k-5', ours: false }])
  })

  test('a disabled key, and another period than a year', async () => {
    const [live] = await read({ 'k-1': { ...own, state: 'Disabled', days: 90 } }, asked())
    expect(live?.spec).toMatchObject({ enabled: false, rotation: false })
  })
})

describe('creating', () => {
  const create = () => key.create(fakeCtx(), address, spec, 'token')

  test('with its policy and its tags; whom the policy names may not be known yet', async () => {
    answers({
      CreateKey: (_, nth) =>
        nth < 3 ? fail('MalformedPolicyDocumentException', 'invalid principals') : { KeyMetadata: { KeyId: 'k-1' } },
    })
    expect(await create()).toBe('k-1')
    expect(inputsOf('CreateKey')).toHaveLength(3)
    expect(inputsOf('CreateKey')[0]).toMatchObject({
      ...{ Description: 'Alarms', Policy: JSON.stringify(spec.policy) },
      Tags: expect.arrayContaining([{ TagKey: 'ecom-infra:stack', TagValue: 'shop-dev' }]),
    })
  })
})

describe('changing', () => {
  const sync = (have: Partial<KeySpec>, want: Partial<KeySpec>, ...changed: (keyof KeySpec | 'tags')[]) =>
    key.sync?.(fakeCtx({ retired: ['old'] }), { ...spec, ...want }, having(have), new Set(changed))
  const changes = () => called().filter((name) => !/^(Describe|Get|List)/.test(name))
  const kms = holding({ 'k-1': { aliases: [alias] } })

  test('a disabled key is woken first, and what it then still refuses is waited for', async () => {
    answers({ ...kms, EnableKeyRotation: (_, nth) => (nth < 3 ? fail('DisabledException') : {}) })
    await sync({ enabled: false, rotation: false }, {}, 'rotation', 'enabled')
    expect(changes()).toEqual(['EnableKey', ...Array(3).fill('EnableKeyRotation')])
    expect(inputsOf('EnableKeyRotation')[0]).toEqual({ KeyId: 'k-1', RotationPeriodInDays: 365 })
  })

  test('and is put to sleep last', async () => {
    answers({
      ...holding({ 'k-1': { state: 'Disabled' } }),
      GetKeyRotationStatus: () => ({ KeyRotationEnabled: false }),
    })
    await sync({}, { enabled: false, rotation: false }, 'enabled', 'rotation')
    expect(changes()).toEqual(['DisableKeyRotation', 'DisableKey'])
  })

  test('a change counts when five looks in a row show it', async () => {
    const shown = [false, true, true, false, true, true, true, true, true]
    answers({
      ...kms,
      GetKeyPolicy: (_, nth) => ({ Policy: JSON.stringify(shown[nth - 1] ? spec.policy : policyOf('kms:List*')) }),
    })
    await sync({ policy: policyOf('kms:List*') }, {}, 'policy')
    expect(inputsOf('GetKeyPolicy')).toHaveLength(shown.length)
    expect(changes()).toEqual(['PutKeyPolicy'])
  })

  test.each([
    ['description', 5, { Description: 'old' }],
    ['enabled', 15, { KeyState: 'Disabled' }],
  ] as const)('so does %s, after %i', async (field, times, stale) => {
    answers({
      ...kms,
      DescribeKey: (_, nth) => ({
        KeyMetadata: { KeyId: 'k-1', KeyState: 'Enabled', Description: 'Alarms', ...(nth < 3 ? stale : {}) },
      }),
    })
    await sync({}, {}, field)
    expect(inputsOf('DescribeKey')).toHaveLength(2 + times)
  })

  test('rotation too', async () => {
    answers({ ...kms, GetKeyRotationStatus: (_, nth) => ({ KeyRotationEnabled: nth > 2 }) })
    await sync({ rotation: false }, {}, 'rotation')
    expect(inputsOf('GetKeyRotationStatus')).toHaveLength(7)
  })

  test('an alias is made, on a key that is not known everywhere yet', async () => {
    answers({ DescribeKey: none, CreateAlias: (_, nth) => (nth < 3 ? fail('NotFoundException') : {}) })
    await sync({ alias: '' }, {}, 'alias')
    expect(inputsOf('CreateAlias').at(-1)).toEqual({ AliasName: alias, TargetKeyId: 'k-1' })
    expect(changes()).toEqual(Array(3).fill('CreateAlias'))
  })

  test('an alias that leads elsewhere, even to a key on its way out, is led here; the former one goes', async () => {
    answers(holding({ 'k-0': { aliases: [alias], state: 'PendingDeletion' } }))
    await sync({ alias: 'alias/shop-dev-old' }, {}, 'alias')
    expect(inputsOf('UpdateAlias')).toEqual([{ AliasName: alias, TargetKeyId: 'k-1' }])
    expect(inputsOf('DeleteAlias')).toEqual([{ AliasName: 'alias/shop-dev-old' }])
  })

  test('an alias that was hidden is led here', async () => {
    answers({ DescribeKey: none, CreateAlias: () => fail('AlreadyExistsException') })
    await sync({ alias: '' }, {}, 'alias')
    expect(changes()).toEqual(['CreateAlias', 'UpdateAlias'])
  })

  test('tags: those given up come off first; nothing is waited for', async () => {
    const ctx = fakeCtx({ retired: ['old'] })
    await key.sync?.(ctx, spec, having(), new Set(['tags'] as const))
    expect(ctx.notes).toEqual([])
    expect(called()).toEqual(['UntagResource', 'TagResource'])
    expect(inputsOf('UntagResource')).toEqual([{ KeyId: 'k-1', TagKeys: ['old'] }])
  })
})

describe('deleting', () => {
  const destroy = async () => {
    const ctx = fakeCtx()
    await key.destroy(ctx, having(), { deleteData: false, snapshotName: null })
    return ctx.notes.join('\n')
  }

  test('frees the alias, schedules, tells the day, and returns when five looks show it', async () => {
    const kms = holding({ 'k-1': { aliases: ['alias/theirs', alias] } })
    const doomed = holding({ 'k-1': { state: 'PendingDeletion' } })
    answers({
      ...kms,
      ScheduleKeyDeletion: () => ({ DeletionDate: DAY }),
      DescribeKey: (input, nth) => (nth < 3 ? kms : doomed).DescribeKey(input),
    })
    expect(await destroy()).toContain('its deletion is scheduled for 2026-11-28')
    expect(inputsOf('DeleteAlias')).toEqual([{ AliasName: alias }])
    expect(inputsOf('ScheduleKeyDeletion')).toEqual([{ KeyId: 'k-1', PendingWindowInDays: 7 }])
    expect(called().indexOf('DeleteAlias')).toBeLessThan(called().indexOf('ScheduleKeyDeletion'))
    expect(inputsOf('DescribeKey')).toHaveLength(7)
  })

  test('one that is pending already is a success, and its day is told', async () => {
    answers({
      ...holding({ 'k-1': { state: 'PendingDeletion', aliases: [alias] } }),
      ScheduleKeyDeletion: () => fail('KMSInvalidStateException', 'k-1 is pending deletion.'),
    })
    expect(await destroy()).toContain('2026-11-28')
    expect(inputsOf('DeleteAlias')).toHaveLength(1)
  })

  test('another bad state is a failure; a key that is gone is not', async () => {
    answers({ ...holding({ 'k-1': {} }), ScheduleKeyDeletion: () => fail('KMSInvalidStateException', 'is creating') })
    await expect(destroy()).rejects.toThrow('is creating')
    answers({ ...holding({}), ListAliases: none, ScheduleKeyDeletion: none })
    expect(await destroy()).toBe('')
  })
})
