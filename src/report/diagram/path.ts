import type { Maze } from './maze.ts'

/** A way into the maze or out of it: a crossing, the direction in which it is passed, and what it costs. */
export interface Gate {
  readonly crossing: number
  readonly direction: number
  readonly cost: number
}

const COST = { step: 4, shared: 1, bend: 12, cross: 16, meet: 120, border: 6 }

/**
 * The cheapest way from one of the gates to another, by Dijkstra with a bucket for each cost. Null where there is none.
 * Lines of a bundle like to run together; others keep apart and cross at right angles.
 */
export function pathThrough(maze: Maze, from: readonly Gate[], to: readonly Gate[], bundle: string): Path | null {
  const best = new Map<number, number>()
  const origin = new Map<number, number>()
  const buckets: number[][] = []
  const offer = (state: number, cost: number, before: number): void => {
    if (cost >= (best.get(state) ?? Number.POSITIVE_INFINITY)) return
    best.set(state, cost)
    origin.set(state, before)
    const bucket = buckets[cost] ?? []
    bucket.push(state)
    buckets[cost] = bucket
  }
  for (const { crossing, direction, cost } of from) if (maze.isOpen(crossing)) offer(crossing * 4 + direction, cost, -1)
  const goals = new Map(to.map((gate) => [gate.crossing * 4 + gate.direction, gate]))
  let found: { readonly state: number; readonly cost: number } | null = null
  for (let cost = 0; cost < buckets.length && cost < (found?.cost ?? Number.POSITIVE_INFINITY); cost += 1) {
    for (const state of buckets[cost] ?? []) {
      if (best.get(state) !== cost) continue
      const goal = goals.get(state)
      if (goal && cost + goal.cost < (found?.cost ?? Number.POSITIVE_INFINITY))
        found = { state, cost: cost + goal.cost }
      for (const { state: next, cost: more } of stepsFrom(maze, state, bundle)) offer(next, cost + more, state)
    }
  }
  return found && trace(found.state, origin)
}

export interface Path {
  /** Each crossing on the way. */
  readonly crossings: readonly number[]
  /** The directions at both ends. */
  readonly first: number
  readonly last: number
}

function trace(state: number, origin: ReadonlyMap<number, number>): Path {
  const states: number[] = []
  for (let at = state; at >= 0; at = origin.get(at) ?? -1) states.unshift(at)
  return { crossings: states.map((one) => Math.floor(one / 4)), first: (states[0] ?? 0) % 4, last: state % 4 }
}

interface Step {
  readonly state: number
  readonly cost: number
}

/** On, or round a corner: a corner is turned on its crossing, then the step is taken. */
function stepsFrom(maze: Maze, state: number, bundle: string): readonly Step[] {
  const [crossing, arrived] = [Math.floor(state / 4), state % 4]
  const steps: Step[] = []
  for (let direction = 0; direction < 4; direction += 1) {
    if (direction === (arrived + 2) % 4) continue
    const next = maze.next(crossing, direction)
    const others = maze.along(crossing, direction)
    const own = others?.has(bundle) === true
    if (next === null || (others !== undefined && !own)) continue
    const turn = direction === arrived ? 0 : COST.bend
    const border = maze.isBorder(crossing) && maze.isBorder(next) ? COST.border : 0
    steps.push({
      state: next * 4 + direction,
      cost: (own ? COST.shared : COST.step) + turn + border + meeting(maze, crossing, { arrived, direction, bundle }),
    })
  }
  return steps
}

/** What it costs to pass a crossing where others are: straight over a straight line is fine, anything else looks like a joint. */
function meeting(
  maze: Maze,
  crossing: number,
  { arrived, direction, bundle }: { readonly arrived: number; readonly direction: number; readonly bundle: string },
): number {
  const axis = direction % 2
  const strangers = (set: ReadonlySet<string> | undefined): boolean =>
    set !== undefined && (set.size > 1 || !set.has(bundle))
  const [same, across] = [strangers(maze.through(crossing, axis)), strangers(maze.through(crossing, 1 - axis))]
  if (!same && !across) return 0
  return arrived === direction && !same ? COST.cross : COST.meet
}
