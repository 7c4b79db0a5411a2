import { summary } from '../engine/plan.ts'
import { isUnknown } from '../engine/ref.ts'
import type { Action, Plan, Step } from '../engine/steps.ts'
import { costLines } from './cost-text.ts'
import { byLayer } from './layers.ts'
import { blocks, clean, cut, type Paint, painter, roomIn, type Tone } from './style.ts'
import type { Target, TextOptions } from './types.ts'
import { brief, changeLines } from './values.ts'
import { plural, roughly, tally } from './words.ts'

interface PlanReport extends Target {
  readonly plan: Plan
  /** The critical path on AWS. */
  readonly seconds: number
}

interface Sign {
  readonly mark: string
  readonly tone: Tone
}

const SIGNS: Readonly<Record<Action, Sign>> = {
  create: { mark: '+', tone: 'good' },
  update: { mark: '~', tone: 'change' },
  replace: { mark: '-/+', tone: 'swap' },
  delete: { mark: '-', tone: 'bad' },
  blocked: { mark: '!', tone: 'bad' },
  none: { mark: ' ', tone: 'quiet' },
}

/** What is going to happen, for a person to say yes to. */
export function planText({ plan, seconds, ...target }: PlanReport, { color, width }: TextOptions): string {
  const paint = painter(color)
  const changing = plan.steps.filter(({ action }) => action !== 'none')
  const room = roomIn(width)
  const groups = byLayer(changing, 'No longer wanted').map(({ title, items }) => [
    paint('title', title),
    ...items.flatMap((step) => stepLines(step, paint, room)),
  ])
  return blocks([`${paint('title', target.stack)} in ${target.region}, account ${target.account}`], ...groups, [
    ...closing({ plan, seconds, ...target }, paint),
  ])
}

function stepLines(step: Step, paint: Paint, room: number): readonly string[] {
  const { mark, tone } = SIGNS[step.action]
  const head = `  ${paint(tone, mark.padEnd(3))} ${step.address}`
  const indent = 6 + step.address.length
  if (step.action === 'create') {
    const facts = cut(factsOf(step), room - indent - 2)
    return [facts.length < 8 ? head : `${head}  ${paint('quiet', facts)}`]
  }
  const id = step.live ? `  ${paint('quiet', clean(step.live.id))}` : ''
  return [`${head}${id}`, ...why(step, paint), ...detailLines(step, paint, room), ...olderLines(step, paint)]
}

/** What is deleted along with a step is shown as what it is: a delete. */
function olderLines({ action, mode, older }: Step, paint: Paint): readonly string[] {
  if (action === 'blocked') return []
  const when = mode === 'delete-first' ? 'deleted first' : 'deleted at the end'
  return older.map(({ id }) => `  ${paint('bad', '-  ')} ${paint('quiet', clean(id))}  an earlier one, ${when}`)
}

/** What a thing will be like, as far as it fits into its line. */
const factsOf = ({ changes }: Step): string =>
  changes
    .map(({ path, to }) => ({ path, words: isUnknown(to) ? null : brief(to) }))
    .filter(({ words }) => words !== null)
    .map(({ path, words }) => `${path} ${words}`)
    .join(' · ')

function why({ action, reason, mode }: Step, paint: Paint): readonly string[] {
  if (reason === null || action === 'delete') return []
  const order = mode === 'create-first' ? '; the new one comes first' : mode === null ? '' : '; the old one goes first'
  return [`      ${paint(action === 'blocked' ? 'bad' : 'quiet', clean(reason) + order)}`]
}

function detailLines({ changes }: Step, paint: Paint, room: number): readonly string[] {
  return changes
    .flatMap(({ path, from, to }) => changeLines(path, from, to))
    .map(({ mark, text }) => {
      if (mark === null) return `      ${cut(text, room - 6)}`
      return `        ${paint(mark === '+' ? 'good' : 'bad', `${mark} ${cut(text, room - 10)}`)}`
    })
}

function closing({ plan, seconds, region }: PlanReport, paint: Paint): readonly string[] {
  const counts = summary(plan)
  const moving = counts.create + counts.update + counts.replace + counts.delete
  const apart = asideLine(plan)
  if (counts.blocked > 0) {
    const words = tally([...wishes(counts), [counts.blocked, 'blocked']])
    return [`Plan: ${words}.`, ...apart, paint('bad', 'Nothing is done until what is blocked has been settled.')]
  }
  if (moving === 0) return [`Nothing to do: ${plural(counts.unchanged, 'resource')} as wanted.`, ...apart]
  const words = tally([...wishes(counts), [counts.unchanged, 'unchanged']])
  return [`Plan: ${words}.`, ...apart, ...outage(plan), ...timeLine(seconds), ...costLines(plan, region, paint)]
}

/** A part of a stack is never taken for all of it. */
function asideLine({ aside }: Plan): readonly string[] {
  if (aside === undefined) return []
  const { total, astray } = aside
  const which = astray === 0 ? '' : `, ${astray} of them not as wanted`
  return [`The rest of the stack is left alone: ${plural(total, 'resource')}${which}.`]
}

/** What stands between the visitors and the site. Both kinds go before the new one comes. */
const ON_THE_WAY: ReadonlySet<string> = new Set(['elbv2:load-balancer', 'autoscaling:group'])

function outage({ steps }: Plan): readonly string[] {
  const down = steps.some(({ action, type }) => action === 'replace' && ON_THE_WAY.has(type.type))
  return down ? ['The site is down meanwhile, and siteUrl may change.'] : []
}

const wishes = (counts: ReturnType<typeof summary>): readonly (readonly [number, string])[] => [
  [counts.create, 'to create'],
  [counts.update, 'to update'],
  [counts.replace, 'to replace'],
  [counts.delete, 'to delete'],
]

/** How long it will typically take. */
export const timeLine = (seconds: number): readonly string[] =>
  seconds > 0 ? [`On AWS this typically takes ${roughly(seconds)}.`] : []
