import type { ApplyMethod, Parameter } from '@aws-sdk/client-rds'
import { Failed } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { isLacking } from './lacking.ts'
import { all } from './ownership.ts'
import { rdsPatiently } from './rds.ts'
import type { Passing } from './wait.ts'

type Values = Readonly<Record<string, string>>

/** AWS takes so many parameters in one call (aws-behaviours.md 5.2). */
const AT_ONCE = 20

/** Two changes of one group at a time. */
const BUSY: Passing = {
  codes: ['InvalidDBParameterGroupState'],
  seconds: 180,
  what: 'another change of the parameter group to end',
}

/** Parameters compare without regard to case. */
export const sameValues = (want: Values, have: Values): boolean => {
  const names = new Set([...Object.keys(want), ...Object.keys(have)])
  return [...names].every((name) => want[name]?.toLowerCase() === have[name]?.toLowerCase())
}

/**
 * What people have set, and what the wanted parameters are. One that is wanted as the engine has it anyway is not
 * listed as set by anybody, even after we have set it (aws-behaviours.md 5.2). Undefined when the group has gone.
 */
export async function parametersOf(ctx: Ctx, group: string, wanted: readonly string[]): Promise<Values | undefined> {
  const set = await unlessGone(
    all(
      ctx.rds.paginateDescribeDBParameters({ DBParameterGroupName: group, Source: 'user' }),
      (page) => page.Parameters,
    ),
  )
  if (!set) return undefined
  const known = valuesOf(set)
  const missing = wanted.filter((name) => known[name] === undefined)
  if (missing.length === 0) return known
  return { ...valuesOf((await named(ctx, group, missing)) ?? []), ...known }
}

/** Sets what is wrong, and gives back to the engine what nobody of us has set. */
export async function setParameters(ctx: Ctx, group: string, want: Values, have: Values): Promise<void> {
  const wrong = Object.keys(want).filter((name) => want[name]?.toLowerCase() !== have[name]?.toLowerCase())
  const extra = Object.keys(have).filter((name) => want[name] === undefined)
  const methods = await methodsOf(ctx, group, [...wrong, ...extra])
  const asked = (name: string) => ({ ParameterName: name, ApplyMethod: methods(name) })
  for (const names of portions(wrong)) {
    const Parameters = names.map((name) => ({ ...asked(name), ParameterValue: want[name] }))
    await rdsPatiently(ctx, () => ctx.rds.modifyDBParameterGroup({ DBParameterGroupName: group, Parameters }), [BUSY])
  }
  for (const names of portions(extra)) await reset(ctx, group, names.map(asked))
}

async function reset(ctx: Ctx, DBParameterGroupName: string, Parameters: Parameter[]): Promise<void> {
  try {
    await rdsPatiently(ctx, () => ctx.rds.resetDBParameterGroup({ DBParameterGroupName, Parameters }), [BUSY])
  } catch (error) {
    if (!isLacking(error)) throw error
    const names = Parameters.map(({ ParameterName }) => ParameterName).join(', ')
    throw new Failed('NotSupported', `This emulator cannot give ${names} of ${DBParameterGroupName} back.`, {
      action: 'rds:ResetDBParameterGroup',
      hint: 'Use the local AWS of this tool, or set them as they were.',
    })
  }
}

/** What takes effect at once; a static one refuses that, and what is not known may be static. */
const DYNAMIC = new Set(['rds.force_ssl'])

async function methodsOf(ctx: Ctx, group: string, names: readonly string[]): Promise<(name: string) => ApplyMethod> {
  const described = names.length === 0 ? [] : ((await named(ctx, group, names)) ?? [])
  const dynamic = described.filter(({ ApplyType }) => ApplyType === 'dynamic').map(({ ParameterName }) => ParameterName)
  return (name) => (dynamic.includes(name) || DYNAMIC.has(name) ? 'immediate' : 'pending-reboot')
}

/** These parameters, whoever has set them. moto takes no notice of the filter. */
async function named(ctx: Ctx, group: string, names: readonly string[]): Promise<Parameter[] | undefined> {
  const Filters = [{ Name: 'parameter-name', Values: [...names] }]
  const pages = ctx.rds.paginateDescribeDBParameters({ DBParameterGroupName: group, Filters })
  const found = await unlessGone(all(pages, (page) => page.Parameters))
  return found?.filter(({ ParameterName = '' }) => names.includes(ParameterName))
}

const valuesOf = (parameters: readonly Parameter[]): Values =>
  Object.fromEntries(
    parameters.flatMap(({ ParameterName: name, ParameterValue: value }) =>
      name === undefined || value === undefined ? [] : [[name, value]],
    ),
  )

const portions = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, part) =>
    names.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  )
