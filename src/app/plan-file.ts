import { checkConfig } from '../config/check.ts'
import type { LoadedConfig } from '../config/load.ts'
import { ConfigError, placed } from '../config/problem.ts'
import { stackId } from '../config/schema.ts'
import { Refused } from '../engine/errors.ts'
import { parseJson } from '../files/json.ts'
import { readText, whyUnread } from '../files/read.ts'
import { writeText } from '../files/write.ts'
import { SAVED_PLAN, type SavedPlan, sealFor } from './saved-plan.ts'

/** A plan of everything is a tenth of it. */
const MAX_BYTES = 8 * 1024 * 1024
const AGAIN = 'Make it again: `ecom-infra up --dry-run --out FILE`.'

/** Owner-only: it tells what a stack is made of. */
export async function writePlan(file: string, plan: SavedPlan): Promise<void> {
  writeText(file, `${JSON.stringify(plan, null, 2)}\n`, { secret: true, hint: 'Name another file with --out.' })
}

/** Reads a saved plan. What is not whole is refused: half a plan was never agreed to. */
export async function readPlan(file: string): Promise<SavedPlan> {
  const value = parsed(file, textOf(file))
  const major = typeof value.schema === 'string' ? /^ecom-infra\/saved-plan\/(\d+)$/.exec(value.schema)?.[1] : undefined
  if (major === undefined) throw damaged(file, 'it is not a saved plan of ecom-infra')
  if (value.schema !== SAVED_PLAN) {
    throw new Refused('PlanNewer', `${file} was written by another ecom-infra (saved-plan/${major}).`, {
      hint: `This version reads saved-plan/1: update ecom-infra, or make the plan again with it.`,
    })
  }
  if (!isWhole(value) || sealFor(value) !== value.seal) throw damaged(file, 'it is not as it was written')
  return value
}

type Shape = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** Names and addresses: none is longer, and all may be told. */
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 1024
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

const isConsent = (value: unknown): boolean =>
  isObject(value) &&
  areTexts(value.adopt) &&
  areTexts(value.replace) &&
  typeof value.deleteData === 'boolean' &&
  typeof value.refreshAmi === 'boolean'

const isStep = (value: unknown): boolean =>
  isObject(value) &&
  isText(value.address) &&
  isText(value.action) &&
  (value.id === null || isText(value.id)) &&
  areTexts(value.older) &&
  Array.isArray(value.changes) &&
  value.changes.every((change) => isObject(change) && isText(change.path))

const FIELDS: Readonly<Record<Exclude<keyof SavedPlan, 'schema'>, (value: unknown) => boolean>> = {
  ...{ version: isText, madeAt: isText, stack: isText, account: isText, region: isText, seal: isText },
  ...{ config: isObject, consent: isConsent, targets: areTexts },
  steps: (value) => Array.isArray(value) && value.every(isStep),
}

const isWhole = (value: Shape): value is Shape & SavedPlan =>
  Object.entries(FIELDS).every(([field, test]) => test(value[field]))

/** The config that a plan was made from, as if it had been read from a file. */
export function configIn(plan: SavedPlan, file: string): LoadedConfig {
  const checked = checkConfig(plan.config)
  if (!checked.ok) {
    const problems = checked.findings.map((one) => placed(one, { file, line: null, column: null }))
    throw new ConfigError(file, problems, AGAIN)
  }
  const { config } = checked
  if (stackId(config) !== plan.stack || config.region !== plan.region) {
    throw damaged(file, 'its config is of another stack or region')
  }
  return { path: file, config, given: plan.config, text: JSON.stringify(plan.config, null, 2) }
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (cause) {
    throw damaged(file, text.trim() === '' ? 'it is empty' : 'it is no JSON, perhaps cut off', cause)
  }
  throw damaged(file, 'it is not a saved plan of ecom-infra')
}

function textOf(file: string): string {
  try {
    return readText(file, MAX_BYTES)
  } catch (cause) {
    const why = whyUnread(cause, MAX_BYTES)
    if (why === null) throw cause
    throw new Refused('NoPlan', `${file} ${why}.`, { hint: AGAIN, cause })
  }
}

const damaged = (file: string, why: string, cause?: unknown): Refused =>
  new Refused('PlanDamaged', `${file} cannot be applied: ${why}.`, { hint: AGAIN, cause })
