import type { DBParameterGroup } from '@aws-sdk/client-rds'
import type { Ctx } from '../../aws/ctx.ts'
import { foreignUsers } from '../../aws/db-instance.ts'
import { parametersOf, sameValues, setParameters } from '../../aws/db-parameters.ts'
import { unlessGone } from '../../aws/failure.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { nameOf } from '../../aws/names.ts'
import { all, toPairs } from '../../aws/ownership.ts'
import { rdsArn, rdsPatiently, tagRds, tagsAt } from '../../aws/rds.ts'
import { required } from '../../aws/required.ts'
import { tagsShown } from '../../aws/tagged.ts'
import { type Passing, patiently, pause, scaled, until } from '../../aws/wait.ts'
import { GENERATION, generationOf } from '../../engine/generation.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface DbParameterGroupSpec {
  /** Without the generation that the live name ends in. */
  readonly name: string
  /** `postgres16`. */
  readonly family: string
  readonly description: string
  /** What we set; all else is the engine's default. */
  readonly parameters: Readonly<Record<string, string>>
}

export interface DbParameterGroupOut {
  readonly name: string
}

/** aws-behaviours.md 5.2. Its id is its live name. */
export const dbParameterGroup: ResourceType<DbParameterGroupSpec, DbParameterGroupOut, Ctx> = {
  type: 'rds:parameter-group',
  fields: { name: 'immutable', family: 'immutable', description: 'immutable', parameters: 'mutable' },
  same: { parameters: sameValues },
  about: {
    identity: 'name',
    usable: 'ready',
    // Two calls, and then AWS wants to be left alone with it: see `ready`.
    seconds: { create: 300, delete: 3 },
    timeout: 600,
    holdsData: false,
    replaceBy: 'create-first',
    ownership: 'own',
    actions: {
      read: [
        'rds:DescribeDBParameterGroups',
        'rds:ListTagsForResource',
        'rds:DescribeDBParameters',
        'tag:GetResources',
      ],
      create: ['rds:CreateDBParameterGroup', 'rds:AddTagsToResource'],
      sync: [
        'rds:DescribeDBParameters',
        'rds:ModifyDBParameterGroup',
        'rds:ResetDBParameterGroup',
        'rds:AddTagsToResource',
        'rds:RemoveTagsFromResource',
      ],
      destroy: ['rds:DeleteDBParameterGroup', 'rds:DescribeDBParameterGroups', 'rds:DescribeDBInstances'],
    },
  },

  async read(ctx, asked) {
    const groups = await all(ctx.rds.paginateDescribeDBParameterGroups({}), (page) => page.DBParameterGroups)
    // The name only says whose tags are worth a call each; whose it is, the tags say.
    const stems = [ctx.stack, ...namesAsked(asked)].map((name) => `${name.toLowerCase()}-`)
    const ours = ({ DBParameterGroupName: name = '' }: DBParameterGroup) =>
      stems.some((stem) => `${name}-`.startsWith(stem))
    const found = await Promise.all(groups.filter(ours).map((group) => describe(ctx, group, asked)))
    return found.flat()
  },

  async create(ctx, address, spec) {
    const generation = generationOf(dbParameterGroup, spec)
    if (generation === null) throw new Error(`${address} is to be created before its family is known.`)
    const input = {
      DBParameterGroupName: liveName(spec.name, generation),
      DBParameterGroupFamily: spec.family,
      Description: spec.description,
      Tags: toPairs({ ...ctx.tags(address, generation), [CREATED]: new Date().toISOString() }),
    }
    const { DBParameterGroup: made } = await rdsPatiently(ctx, () => ctx.rds.createDBParameterGroup(input))
    return required(made?.DBParameterGroupName, 'CreateDBParameterGroup', 'DBParameterGroupName')
  },

  /**
   * AWS wants five minutes between the first settings of a group and the first database that uses it. Only a group
   * that was made just now waits, whichever run has made it; and all else that is being made goes on meanwhile.
   */
  async ready(ctx, id) {
    const tags = await tagsAt(ctx, rdsArn(ctx, 'pg', id))
    const age = Math.max(Date.now() - Date.parse(tags?.[CREATED] ?? ''), 0)
    if (!(age < scaled(SETTLING))) return
    ctx.note(`waiting for the new parameter group to be known to RDS, ${SETTLING / 60} minutes as AWS asks`)
    await pause(SETTLING - age / scaled(1), ctx.signal)
  },

  async sync(ctx, spec, live, changed) {
    if (changed.has('parameters')) {
      await setParameters(ctx, live.id, spec.parameters, live.spec.parameters)
      if (isFresh(live)) await tagRds(ctx, rdsArn(ctx, 'pg', live.id), { [CREATED]: new Date().toISOString() })
    }
    if (!changed.has('tags')) return
    // A stranger may have changed the tag; what the thing is has not changed.
    const generation = generationOf(dbParameterGroup, live.spec) ?? undefined
    await tagRds(ctx, rdsArn(ctx, 'pg', live.id), ctx.tags(live.address, generation))
  },

  farewell: (ctx, live) =>
    foreignUsers(ctx, ({ DBParameterGroups = [] }) =>
      DBParameterGroups.some(({ DBParameterGroupName }) => DBParameterGroupName === live.id),
    ),

  async destroy(ctx, live) {
    const DBParameterGroupName = live.id
    await patiently(ctx, [IN_USE], () => unlessGone(ctx.rds.deleteDBParameterGroup({ DBParameterGroupName })))
    await until(ctx, { what: 'the parameter group to be gone', every: 2, timeout: 180 }, async () => {
      const rest = await unlessGone(ctx.rds.describeDBParameterGroups({ DBParameterGroupName }))
      return (rest?.DBParameterGroups ?? []).length === 0 ? true : undefined
    })
  },
}

/** When it was made, or got its first settings: AWS does not tell. */
const CREATED = 'ecom-infra:created-at'

/** Seconds in which a dead run's group is still on its way to its first database. */
const UNUSED = 3_600

/** Made a while ago by a run that went no further: the five minutes count from its first settings. */
const isFresh = ({ spec, tags }: Found<DbParameterGroupSpec, DbParameterGroupOut>): boolean =>
  Object.keys(spec.parameters).length === 0 && Date.now() - Date.parse(tags?.[CREATED] ?? '') < scaled(UNUSED)

/** Seconds that AWS wants for a new group. */
const SETTLING = 300

/** A database that was moved to another group, or deleted, a moment ago still counts. */
const IN_USE: Passing = {
  codes: ['InvalidDBParameterGroupState'],
  seconds: 180,
  what: 'the database to let go of the parameter group',
}

const LONGEST = 255

const liveName = (name: string, generation: string): string => nameOf(name, generation, LONGEST).toLowerCase()

/** The name as the spec has it. One that was cut to make room is known by what the asked ones come to. */
function specName(live: string, generation: string | undefined, asked: readonly Asked[]): string {
  const wanted = asked.flatMap(({ spec }) => {
    const { name } = (spec ?? {}) as { readonly name?: unknown }
    const generations = spec ? [generation, generationOf(dbParameterGroup, spec)] : []
    return typeof name === 'string' && generations.some((one) => one && liveName(name, one) === live) ? [name] : []
  })
  const bare = generation && live.endsWith(`-${generation}`) ? live.slice(0, -generation.length - 1) : live
  return wanted[0] ?? bare
}

/** Three calls a group at most: RDS gives tags and parameters of one at a time. Empty when it has gone meanwhile. */
async function describe(
  ctx: Ctx,
  group: DBParameterGroup,
  asked: readonly Asked[],
): Promise<Found<DbParameterGroupSpec, DbParameterGroupOut>[]> {
  const id = group.DBParameterGroupName ?? ''
  const arn = group.DBParameterGroupArn ?? rdsArn(ctx, 'pg', id)
  const known = askerOf({ id, name: specName(id, undefined, asked), tags: {} }, asked)
  const tags = await tagsShown(ctx, { arn, asker: known, ask: () => tagsAt(ctx, arn) })
  if (!tags) return []
  const thing = { id, name: specName(id, tags[GENERATION], asked), tags }
  const [claimed, asker] = [claimNamed(ctx, thing, asked), askerOf(thing, asked)]
  if (!claimed.ours && !asker) return []
  const wanted = asker ?? asked.find(({ address }) => address === claimed.address)
  const parameters = await parametersOf(ctx, id, Object.keys(parametersIn(wanted)))
  if (!parameters) return []
  const [family, description] = [group.DBParameterGroupFamily ?? '', group.Description ?? '']
  return [{ ...claimed, id, spec: { name: thing.name, family, description, parameters }, tags, out: { name: id } }]
}

const parametersIn = (asked: Asked | undefined): Readonly<Record<string, unknown>> =>
  (asked?.spec as Partial<DbParameterGroupSpec> | null | undefined)?.parameters ?? {}
