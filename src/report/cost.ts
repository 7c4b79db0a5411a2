import type { Node } from '../engine/graph.ts'
import type { Live } from '../engine/resource.ts'
import type { Plan } from '../engine/steps.ts'
import { type Prices, pricesOf } from '../prices/prices.ts'
import { type Follow, type Part, partsOf, type Thing, type Use, usesOf } from './cost-parts.ts'

/** What a set of resources costs a month. */
export interface Cost {
  /** US dollars as far as they are known, with every group at its smallest; null: nothing is known. */
  readonly least: number | null
  /** The same with every group at its largest. */
  readonly most: number | null
  /** What no price is known for, with its address. */
  readonly unknown: readonly string[]
  readonly uses: readonly Use[]
}

/** What a plan does to the bill. */
export interface Bill {
  readonly before: Cost
  readonly after: Cost
  readonly prices: Prices
}

/** `monthlyUsd` in a plan's document. What is unknown is named, and in no sum. */
export interface MonthlyUsd {
  readonly before: number | null
  readonly after: number | null
  /** With every group at its largest. */
  readonly afterAtMost: number | null
  readonly unknown: readonly string[]
  /** What comes on top as it is used, and the price of a unit. */
  readonly uses: readonly { readonly what: string; readonly usd: number | null; readonly per: string }[]
  readonly asOf: string | null
  readonly source: string | null
}

type Placed = Thing & { readonly id: string | null; readonly region: string }

/** What stands now, and what will stand afterwards. */
export function billOf({ steps }: Plan, region: string): Bill {
  const standing = steps.flatMap((step) =>
    [step.live, ...step.older].flatMap((live) => (live ? existing(step, live, region) : [])),
  )
  const wanted = steps.flatMap((step) => (step.node ? [planned(step, step.node, region)] : []))
  return { before: costOf(standing), after: costOf(wanted), prices: pricesOf(region) }
}

export function monthlyUsd(plan: Plan, region: string): MonthlyUsd {
  const { before, after, prices } = billOf(plan, region)
  return {
    ...{ before: before.least, after: after.least, afterAtMost: after.most },
    unknown: [...new Set([...before.unknown, ...after.unknown])],
    uses: after.uses.map(({ what, unit, per }) => ({ what, usd: prices.unit(unit), per })),
    ...{ asOf: prices.asOf, source: prices.source },
  }
}

type Step = Plan['steps'][number]

/** What is not ours is not on this stack's bill; what has failed costs nothing. */
function existing(step: Step, live: Live, region: string): readonly Placed[] {
  if (!live.ours || live.failed !== undefined) return []
  return [{ ...basis(step, region), id: live.id, spec: { ...live.spec } }]
}

const planned = (step: Step, { spec }: Node, region: string): Placed => ({
  ...{ ...basis(step, region), id: step.live?.id ?? null, spec: { ...spec } },
})

const basis = ({ address, type, place }: Step, region: string) => ({
  ...{ address, type: type.type, region: place?.region ?? region },
})

function costOf(things: readonly Placed[]): Cost {
  const follow: Follow = (value) => {
    const address = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : null
    return things.find((thing) => thing.address === address || (thing.id !== null && thing.id === value)) ?? null
  }
  const parts = things.flatMap((thing) =>
    partsOf(thing, pricesOf(thing.region), follow).map((part) => ({ ...part, address: thing.address })),
  )
  const known = parts.flatMap(({ usd, least, most }) => (usd === null ? [] : [{ usd, least, most }]))
  const unknown = parts.filter(({ usd, most }) => usd === null && most > 0).map(nameOf)
  const total = (how: 'least' | 'most') =>
    known.length === 0 && unknown.length > 0
      ? null
      : Math.round(known.reduce((sum, part) => sum + part.usd * part[how], 0) * 100) / 100
  return {
    ...{ least: total('least'), most: total('most'), unknown },
    uses: [...new Map(things.flatMap(usesOf).map((use) => [use.what, use])).values()],
  }
}

const nameOf = ({ address, what }: Part & { address: string }): string =>
  what === '' ? address : `${address} (${what})`
