import { EC2Client } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { toData } from '../../../src/aws/launch-data.ts'
import type { Asked, Found } from '../../../src/engine/resource.ts'
import {
  type LaunchTemplateOut,
  type LaunchTemplateSpec,
  launchTemplate,
} from '../../../src/resources/ec2/launch-template.ts'
import { fakeCtx, refusal } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'

const address = 'ec2:launch-template/web'
const terms = { deleteData: false, snapshotName: null }
const spec: LaunchTemplateSpec = {
  ...{ name: 'shop-dev-web', imageId: 'ami-new', instanceType: 't3.micro', instanceProfileArn: 'arn:x' },
  ...{ securityGroupIds: ['sg-1'], publicIp: true, detailedMonitoring: false, userData: '#!/bin/sh\n' },
  metadata: { httpTokens: 'required', hopLimit: 1 },
  rootVolume: { device: '/dev/xvda', type: 'gp3', sizeGb: 10, encrypted: true },
}
const live: Found<LaunchTemplateSpec, LaunchTemplateOut> = {
  ...{ address, id: 'lt-1', ours: true, tags: {}, out: { id: 'lt-1', name: spec.name, version: '1' } },
  spec: { ...spec, imageId: 'ami-pinned' },
}
const launched = { owner: 'web-team', 'ecom-infra:stack': 'shop-dev', Name: 'shop-dev-web' }
const asked = (one: Partial<Asked>): Asked => ({ address, id: null, token: null, spec: { name: spec.name }, ...one })
const template = (LaunchTemplateId: string, LaunchTemplateName = spec.name) => ({
  LaunchTemplateId,
  LaunchTemplateName,
})
const version = (tags: Readonly<Record<string, string>> = launched) => ({
  LaunchTemplateVersions: [{ VersionNumber: 3, LaunchTemplateData: toData(spec, tags) }],
})
const tagRows = (id: string, tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ ResourceId: id, Key, Value }))
const none = () => fail('InvalidLaunchTemplateId.NotFound', 'does not exist')

const { answers, called, inputsOf } = scripted(EC2Client)
beforeEach(() => answers({}))

describe('reading', () => {
  const own = { ...launched, 'ecom-infra:address': address }

  test('by tag over all pages, then by the name and the id that the tag did not show', async () => {
    answers({
      DescribeLaunchTemplates: ({ Filters, LaunchTemplateIds, NextToken }) => {
        if (LaunchTemplateIds) return { LaunchTemplates: [template('lt-3', 'renamed')] }
        if (String((Filters as { Name: string }[])[0]?.Name).startsWith('tag:'))
          return NextToken
            ? { LaunchTemplates: [template('lt-2', 'two')] }
            : { LaunchTemplates: [template('lt-1', 'one')], NextToken: 'more' }
        return { LaunchTemplates: [template('lt-4')] }
      },
      DescribeLaunchTemplateVersions: () => version(),
      DescribeTags: () => ({ Tags: tagRows('lt-1', own) }),
    })
    const found = await launchTemplate.read(fakeCtx(), [asked({}), asked({ id: 'lt-3', spec: null })])
    expect(found.map(({ id }) => id)).toEqual(['lt-1', 'lt-2', 'lt-4', 'lt-3'])
    expect(found.map(({ ours }) => ours)).toEqual([true, false, false, true])
    expect(inputsOf('DescribeTags')).toMatchObject([
      { Filters: [{ Name: 'resource-id', Values: ['lt-1', 'lt-2', 'lt-4', 'lt-3'] }] },
    ])
  })

  test('one whose tags are not indexed yet is known by those of its listing', async () => {
    const listed = [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }]
    answers({
      DescribeLaunchTemplates: ({ Filters }) =>
        String((Filters as { Name: string }[])[0]?.Name).startsWith('tag:')
          ? {}
          : { LaunchTemplates: [{ ...template('lt-1'), Tags: listed }] },
      DescribeLaunchTemplateVersions: () => version(),
    })
    expect(await launchTemplate.read(fakeCtx(), [asked({})])).toMatchObject([{ address, ours: true }])
    answers({
      DescribeLaunchTemplates: () => ({ LaunchTemplates: [template('lt-1')] }),
      DescribeLaunchTemplateVersions: () => version(),
    })
    expect(await launchTemplate.read(fakeCtx(), [asked({})])).toMatchObject([{ address, ours: false }])
  })

  test('its version is that of the data that was read, and a change of it moves the version', async () => {
    answers({
      DescribeLaunchTemplates: () => ({ LaunchTemplates: [{ ...template('lt-1'), DefaultVersionNumber: 2 }] }),
      DescribeLaunchTemplateVersions: () => version(),
    })
    expect((await launchTemplate.read(fakeCtx(), [asked({})]))[0]?.out).toEqual({
      ...{ id: 'lt-1', name: spec.name, version: '3' },
    })
    expect(launchTemplate.volatile).toEqual(['version'])
  })

  test('a remembered id that is gone fails nothing, and so does one that goes in between', async () => {
    answers({ DescribeLaunchTemplates: ({ LaunchTemplateIds }) => (LaunchTemplateIds ? none() : {}) })
    expect(await launchTemplate.read(fakeCtx(), [asked({ id: 'lt-1' })])).toEqual([])
    answers({
      DescribeLaunchTemplates: () => ({ LaunchTemplates: [template('lt-1')] }),
      DescribeLaunchTemplateVersions: none,
    })
    expect(await launchTemplate.read(fakeCtx(), [asked({})])).toEqual([])
  })

  test('a tag that instances would be launched without counts as missing, one given up that they would have as there', async () => {
    const read = async (tags: Readonly<Record<string, string>>, ctx = fakeCtx()) => {
      answers({
        DescribeLaunchTemplates: () => ({ LaunchTemplates: [template('lt-1')] }),
        DescribeLaunchTemplateVersions: () => version(tags),
        DescribeTags: () => ({ Tags: tagRows('lt-1', { ...own, theirs: 'stays' }) }),
      })
      const [found] = await launchTemplate.read(ctx, [asked({})])
      return found?.tags
    }
    expect(await read(launched)).toEqual({ ...own, theirs: 'stays' })
    const before = { ...launched, old: 'x', another: 'x' }
    expect(await read(before, fakeCtx({ retired: ['old'] }))).toEqual({ ...own, theirs: 'stays', old: 'x' })
    expect(await read({ ...launched, owner: 'somebody' })).toEqual({
      ...{ 'ecom-infra:stack': 'shop-dev', 'ecom-infra:address': address },
      ...{ Name: 'shop-dev-web', theirs: 'stays' },
    })
  })
})

test('is created with the announced token, tagged, and launches without an address', async () => {
  answers({ CreateLaunchTemplate: () => ({ LaunchTemplate: template('lt-1') }) })
  expect(await launchTemplate.create(fakeCtx(), address, spec, 'announced')).toBe('lt-1')
  const [input] = inputsOf('CreateLaunchTemplate')
  expect(input).toMatchObject({ ClientToken: 'announced', LaunchTemplateName: spec.name })
  expect(JSON.stringify(input?.TagSpecifications)).toContain('ecom-infra:address')
  const launchData = input?.LaunchTemplateData as ReturnType<typeof toData>
  expect(launchData.UserData).toBe(Buffer.from(spec.userData).toString('base64'))
  expect(launchData.TagSpecifications?.map(({ ResourceType }) => ResourceType)).toEqual(['instance', 'volume'])
  expect(JSON.stringify(launchData)).toContain('ecom-infra:stack')
  expect(JSON.stringify(launchData)).not.toContain('ecom-infra:address')
})

describe('syncing', () => {
  const made = (VersionNumber: number) => ({
    CreateLaunchTemplateVersion: () => ({ LaunchTemplateVersion: { VersionNumber } }),
  })
  const dataMade = () => inputsOf('CreateLaunchTemplateVersion')[0]?.LaunchTemplateData as ReturnType<typeof toData>

  test('a new version becomes the default, and the living image stays', async () => {
    answers(made(2))
    await launchTemplate.sync?.(fakeCtx(), spec, live, new Set(['userData'] as const))
    expect(called()).toEqual(['CreateLaunchTemplateVersion', 'ModifyLaunchTemplate'])
    expect(inputsOf('ModifyLaunchTemplate')).toMatchObject([{ LaunchTemplateId: 'lt-1', DefaultVersion: '2' }])
    expect(dataMade().ImageId).toBe('ami-pinned')
  })

  test('a new image comes in when it is asked for', async () => {
    answers(made(2))
    await launchTemplate.sync?.(fakeCtx(), spec, live, new Set(['imageId'] as const))
    expect(dataMade().ImageId).toBe('ami-new')
  })

  test('a tag of the template alone makes no new version, one of what is launched does', async () => {
    const tags = new Set(['tags'] as const)
    answers({ DescribeLaunchTemplateVersions: () => version(), ...made(2) })
    await launchTemplate.sync?.(fakeCtx(), spec, live, tags)
    expect(called()).toEqual(['CreateTags', 'DescribeLaunchTemplateVersions'])
    answers({ DescribeLaunchTemplateVersions: () => version({ ...launched, owner: 'x' }), ...made(2) })
    await launchTemplate.sync?.(fakeCtx(), spec, live, tags)
    expect(called()).toContain('CreateLaunchTemplateVersion')
  })

  test('a tag that is given up: of the template alone it makes no new version, of what is launched it does', async () => {
    const [tags, ctx] = [new Set(['tags'] as const), fakeCtx({ retired: ['old'] })]
    answers({ DescribeLaunchTemplateVersions: () => version(), ...made(2) })
    await launchTemplate.sync?.(ctx, spec, live, tags)
    expect(called()).toEqual(['DeleteTags', 'CreateTags', 'DescribeLaunchTemplateVersions'])
    answers({ DescribeLaunchTemplateVersions: () => version({ ...launched, old: 'x' }), ...made(2) })
    await launchTemplate.sync?.(ctx, spec, live, tags)
    expect(called()).toContain('CreateLaunchTemplateVersion')
  })

  test('a template that is not known everywhere yet is waited for', async () => {
    answers({ CreateTags: (_, nth) => (nth < 3 ? none() : {}), DescribeLaunchTemplateVersions: () => version() })
    await launchTemplate.sync?.(fakeCtx(), spec, live, new Set(['tags'] as const))
    expect(inputsOf('CreateTags')).toHaveLength(3)
  })

  describe('old versions', () => {
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => ({ VersionNumber: from + index }))
    const changed = new Set(['userData'] as const)

    test('beyond ten go, but never the default', async () => {
      answers({
        ...made(13),
        DescribeLaunchTemplateVersions: () => ({
          LaunchTemplateVersions: [...numbers(1, 2), { VersionNumber: 3, DefaultVersion: true }],
        }),
      })
      await launchTemplate.sync?.(fakeCtx(), spec, live, changed)
      expect(inputsOf('DescribeLaunchTemplateVersions')).toMatchObject([{ LaunchTemplateId: 'lt-1', MaxVersion: '3' }])
      expect(inputsOf('DeleteLaunchTemplateVersions')).toEqual([{ LaunchTemplateId: 'lt-1', Versions: ['1', '2'] }])
    })

    test('up to ten nobody asks', async () => {
      answers(made(10))
      await launchTemplate.sync?.(fakeCtx(), spec, live, changed)
      expect(inputsOf('DescribeLaunchTemplateVersions')).toEqual([])
    })

    test.each([
      [refusal('NotImplemented', 'not here', 501), true],
      [refusal('Error', '@aws-sdk XML parse error: mismatched tags <html>', 500), true],
      [refusal('UnauthorizedOperation', 'no', 403), false],
      [refusal('InternalError', 'sorry', 500), false],
    ])('an emulator that cannot is forgiven, AWS is not: %o', async (error, forgiven) => {
      answers({
        ...made(13),
        DescribeLaunchTemplateVersions: () => ({ LaunchTemplateVersions: numbers(1, 3) }),
        DeleteLaunchTemplateVersions: () => {
          throw error
        },
      })
      const outcome = launchTemplate.sync?.(fakeCtx(), spec, live, changed)
      if (forgiven) await outcome
      else await expect(outcome).rejects.toBe(error)
    })
  })
})

test('is waited for until it is gone, and gone already is gone', async () => {
  answers({ DescribeLaunchTemplates: (_, nth) => (nth < 3 ? { LaunchTemplates: [template('lt-1')] } : none()) })
  await launchTemplate.destroy(fakeCtx(), live, terms)
  expect(inputsOf('DescribeLaunchTemplates')).toHaveLength(3)
  answers({
    DeleteLaunchTemplate: () => fail('InvalidLaunchTemplateName.NotFoundException', 'none'),
    DescribeLaunchTemplates: none,
  })
  await launchTemplate.destroy(fakeCtx(), live, terms)
})
