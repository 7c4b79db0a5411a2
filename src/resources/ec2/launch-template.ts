import type { Filter, LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { isLacking } from '../../aws/lacking.ts'
import { fromData, type LaunchSettings, launched, notLaunched, stillLaunched, toData } from '../../aws/launch-data.ts'
import { claimNamed, wantedNames } from '../../aws/named.ts'
import { all, born, oursFilter, tagEc2, toRecord } from '../../aws/ownership.ts'
import { FRESH_EC2 } from '../../aws/passing.ts'
import { required } from '../../aws/required.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface LaunchTemplateSpec extends LaunchSettings {
  readonly name: string
}

export interface LaunchTemplateOut {
  readonly id: string
  readonly name: string
  /** The number of the default version. A group is held at it, so that a change of the template reaches its servers. */
  readonly version: string
}

/** aws-behaviours.md 2.2. */
export const launchTemplate: ResourceType<LaunchTemplateSpec, LaunchTemplateOut, Ctx> = {
  type: 'ec2:launch-template',
  fields: {
    name: 'immutable',
    imageId: 'initial',
    instanceType: 'mutable',
    instanceProfileArn: 'mutable',
    securityGroupIds: 'mutable',
    publicIp: 'mutable',
    detailedMonitoring: 'mutable',
    metadata: 'mutable',
    rootVolume: 'mutable',
    userData: 'mutable',
  },
  same: { securityGroupIds: asSet },
  volatile: ['version'],
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 2, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: ['ec2:DescribeLaunchTemplates', 'ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeTags'],
      create: ['ec2:CreateLaunchTemplate', 'ec2:CreateTags'],
      sync: [
        'ec2:CreateTags',
        'ec2:DeleteTags',
        'ec2:CreateLaunchTemplateVersion',
        'ec2:ModifyLaunchTemplate',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:DeleteLaunchTemplateVersions',
      ],
      destroy: ['ec2:DeleteLaunchTemplate', 'ec2:DescribeLaunchTemplates'],
    },
  },

  async read(ctx, asked) {
    const templates = await list(ctx, asked)
    const tags = await tagsOf(ctx, templates)
    const found = await Promise.all(templates.map((template) => look(ctx, template, tags, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, spec, token) {
    const input = {
      LaunchTemplateName: spec.name,
      LaunchTemplateData: toData(spec, launched(ctx, address)),
      TagSpecifications: born(ctx, 'launch-template', address),
      ClientToken: token,
    }
    const { LaunchTemplate: made } = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createLaunchTemplate(input))
    return required(made?.LaunchTemplateId, 'CreateLaunchTemplate', 'LaunchTemplateId')
  },

  /** A version never changes: every change is a new one, which then becomes the default. */
  async sync(ctx, spec, live, changed) {
    if (changed.has('tags')) await patiently(ctx, [FRESH_EC2], () => tagEc2(ctx, live.id, live.address))
    const tags = launched(ctx, live.address)
    // A new version may make a group launch all its instances anew: never one for a tag of the template alone.
    if (changed.size === 1 && changed.has('tags')) {
      const data = (await defaultOf(ctx, live.id))?.LaunchTemplateData
      const old = data ? Object.keys(stillLaunched(data, ctx.retired)) : []
      if (data && notLaunched(data, tags).size + old.length === 0) return
    }
    const LaunchTemplateId = live.id
    const imageId = changed.has('imageId') || live.spec.imageId === '' ? spec.imageId : live.spec.imageId
    const input = { LaunchTemplateId, LaunchTemplateData: toData({ ...spec, imageId }, tags) }
    const made = await patiently(ctx, [FRESH_EC2], () => ctx.ec2.createLaunchTemplateVersion(input))
    const version = required(made.LaunchTemplateVersion?.VersionNumber, 'CreateLaunchTemplateVersion', 'VersionNumber')
    await ctx.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: String(version) })
    await prune(ctx, live.id, version)
  },

  async destroy(ctx, live) {
    const LaunchTemplateId = live.id
    await unlessGone(ctx.ec2.deleteLaunchTemplate({ LaunchTemplateId }))
    const { timeout } = launchTemplate.about
    await until(ctx, { what: 'the launch template to be gone', every: 2, timeout }, async () => {
      const answer = await unlessGone(ctx.ec2.describeLaunchTemplates({ LaunchTemplateIds: [LaunchTemplateId] }))
      return (answer?.LaunchTemplates ?? []).length === 0 ? true : undefined
    })
  },
}

/** The versions that are kept behind the latest one, to look back at. AWS keeps 10,000 and refuses the next. */
const KEPT = 10

async function list(ctx: Ctx, asked: readonly Asked[]): Promise<readonly LaunchTemplate[]> {
  const filtered = (Filters: Filter[]) =>
    all(ctx.ec2.paginateDescribeLaunchTemplates({ Filters }), (page) => page.LaunchTemplates)
  const ours = await filtered(oursFilter(ctx))
  const names = wantedNames(asked).filter((name) => ours.every((one) => one.LaunchTemplateName !== name))
  const named = names.length === 0 ? [] : await filtered([{ Name: 'launch-template-name', Values: [...names] }])
  const seen = [...ours, ...named]
  const ids = asked.flatMap(({ id }) => (id === null || seen.some((one) => one.LaunchTemplateId === id) ? [] : id))
  // There is no filter for ids, and one that is gone fails a whole list of them: one call each.
  const remembered = await Promise.all(
    ids.map((id) => unlessGone(ctx.ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }))),
  )
  return [...seen, ...remembered.flatMap((answer) => answer?.LaunchTemplates ?? [])]
}

/**
 * Asked for on their own: stock moto's listing shows the tags of the creation for ever. AWS's own tag index may lag
 * behind a creation, and then the listing knows better.
 */
async function tagsOf(ctx: Ctx, templates: readonly LaunchTemplate[]): Promise<ReadonlyMap<string, Tags>> {
  const Values = templates.flatMap(({ LaunchTemplateId }) => LaunchTemplateId ?? [])
  if (Values.length === 0) return new Map()
  const Filters = [{ Name: 'resource-id', Values }]
  const rows = await all(ctx.ec2.paginateDescribeTags({ Filters }), (page) => page.Tags)
  const byId = Map.groupBy(rows, ({ ResourceId }) => ResourceId)
  return new Map(templates.map(({ LaunchTemplateId: id = '', Tags: listed }) => [id, toRecord(byId.get(id) ?? listed)]))
}

type Tags = Readonly<Record<string, string>>

async function defaultOf(ctx: Ctx, LaunchTemplateId: string): Promise<LaunchTemplateVersion | undefined> {
  const input = { LaunchTemplateId, Versions: ['$Default'] }
  const answer = await unlessGone(ctx.ec2.describeLaunchTemplateVersions(input))
  return answer?.LaunchTemplateVersions?.[0]
}

/**
 * One call a template: AWS shows the default versions of one, or of the whole account. A tag that what is launched
 * would lack counts as lacking on the template, and one given up that it would still have as there: so that it is seen
 * and put right.
 */
async function look(
  ctx: Ctx,
  template: LaunchTemplate,
  tagsById: ReadonlyMap<string, Tags>,
  asked: readonly Asked[],
): Promise<Found<LaunchTemplateSpec, LaunchTemplateOut> | null> {
  const id = required(template.LaunchTemplateId, 'DescribeLaunchTemplates', 'LaunchTemplateId')
  const name = template.LaunchTemplateName ?? ''
  const { LaunchTemplateData: data, VersionNumber } = (await defaultOf(ctx, id)) ?? {}
  if (!data) return null
  const own = tagsById.get(id) ?? {}
  const { address, ours } = claimNamed(ctx, { id, name, tags: own }, asked)
  const lacking = notLaunched(data, launched(ctx, address))
  const kept = Object.entries(own).filter(([key]) => !lacking.has(key))
  const tags = { ...Object.fromEntries(kept), ...stillLaunched(data, ctx.retired) }
  return {
    address,
    ours,
    id,
    spec: { name, ...fromData(data) },
    tags,
    out: { id, name, version: String(VersionNumber) },
  }
}

/** Takes away versions that nobody will look back at. Stock moto cannot (moto.md, ec2). */
async function prune(ctx: Ctx, LaunchTemplateId: string, latest: number): Promise<void> {
  if (latest <= KEPT) return
  const old = { LaunchTemplateId, MaxVersion: String(latest - KEPT) }
  const pages = ctx.ec2.paginateDescribeLaunchTemplateVersions(old)
  const versions = await all(pages, (page) => page.LaunchTemplateVersions)
  const Versions = versions.flatMap((one) => (one.DefaultVersion ? [] : String(one.VersionNumber))).slice(0, 200)
  if (Versions.length === 0) return
  try {
    await ctx.ec2.deleteLaunchTemplateVersions({ LaunchTemplateId, Versions })
  } catch (error) {
    if (!isLacking(error)) throw error
  }
}
