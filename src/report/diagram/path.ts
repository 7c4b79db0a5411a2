import type { Maze } from './maze.ts'
import type { Area, Point } from './picture.ts'
import { GRID } from './text.ts'

/** A way into the maze or out of it: a crossing, the direction in which it is passed, and what it costs. */
export interface Gate {
  readonly crossing: number
  readonly direction: number
  readonly cost: number
}

/** What a line is charged, and where it is not at home. */
export interface Traveller {
  readonly bundle: string
  /** Marks the crossings within containers that it has no business in. */
  readonly foreign: Uint8Array
}

export interface Path {
  /** Each crossing on the way. */
  readonly crossings: readonly number[]
  /** The directions at both ends. */
  readonly first: number
  readonly last: number
}

const COST = { step: 4, shared: 3, bend: 14, cross: 16, meet: 120, border: 6, foreign: 2, beside: 3 }

interface Trip {
  readonly from: readonly Gate[]
  readonly to: readonly Gate[]
  /** What the gates of arrival lie around. */
  readonly goal: Area
}

/**
 * The cheapest way from one of the gates to another, by A*. Null where there is none. Lines of a bundle like to run
 * together; others keep apart and cross at right angles.
 */
export function pathThrough(maze: Maze, { from, to, goal }: Trip, who: Traveller): Path | null {
  const queue = new Queue(maze.columns * maze.rows * 4, (state) => distance(maze.pointOf(Math.floor(state / 4)), goal))
  for (const { crossing, direction, cost } of from)
    if (maze.isOpen(crossing)) queue.offer({ state: crossing * 4 + direction, cost }, -1)
  const goals = new Map(to.map((gate) => [gate.crossing * 4 + gate.direction, gate.cost]))
  let found: Step = { state: -1, cost: NEVER }
  for (let at = queue.take(found.cost); at !== null; at = queue.take(found.cost)) {
    const { state, cost } = at
    const end = cost + (goals.get(state) ?? NEVER)
    if (end < found.cost) found = { state, cost: end }
    for (const next of stepsFrom(maze, state, who)) queue.offer({ state: next.state, cost: cost + next.cost }, state)
  }
  return found.state < 0 ? null : queue.trace(found.state)
}

/** What it costs at least to get there. */
function distance({ x, y }: Point, goal: Area): number {
  const across = Math.max(goal.x - x, x - goal.x - goal.w, 0)
  const down = Math.max(goal.y - y, y - goal.y - goal.h, 0)
  return Math.max(0, Math.round((across + down) / GRID) - 1) * Math.min(COST.step, COST.shared)
}

/** A crossing with the direction of arrival, and what it costs to be there. */
interface Step {
  readonly state: number
  readonly cost: number
}

const NEVER = 0x7fffffff

/** The queue of A*: costs are small whole numbers, so each has a bucket. */
class Queue {
  readonly #best: Int32Array
  readonly #origin: Int32Array
  readonly #done: Uint8Array
  readonly #buckets: number[][] = []
  readonly #guess: (state: number) => number
  #cost = 0

  constructor(states: number, guess: (state: number) => number) {
    this.#best = new Int32Array(states).fill(NEVER)
    this.#origin = new Int32Array(states).fill(-1)
    this.#done = new Uint8Array(states)
    this.#guess = guess
  }

  offer({ state, cost }: Step, before: number): void {
    if (cost >= (this.#best[state] ?? 0)) return
    this.#best[state] = cost
    this.#origin[state] = before
    const expected = cost + this.#guess(state)
    const bucket = this.#buckets[expected] ?? []
    bucket.push(state)
    this.#buckets[expected] = bucket
  }

  /** The most promising state; null when there is none below the limit. */
  take(limit: number): Step | null {
    while (this.#cost < Math.min(this.#buckets.length, limit)) {
      const state = this.#buckets[this.#cost]?.pop()
      if (state === undefined) this.#cost += 1
      else if (this.#done[state] === 0) {
        this.#done[state] = 1
        return { state, cost: this.#best[state] ?? NEVER }
      }
    }
    return null
  }

  trace(end: number): Path {
    const states: number[] = []
    for (let at = end; at >= 0; at = this.#origin[at] ?? -1) states.unshift(at)
    return { crossings: states.map((one) => Math.floor(one / 4)), first: (states[0] ?? 0) % 4, last: end % 4 }
  }
}

/** On, or round a corner: a corner is turned on its crossing, then the step is taken. */
function stepsFrom(maze: Maze, state: number, who: Traveller): readonly Step[] {
  const [crossing, arrived] = [Math.floor(state / 4), state % 4]
  return [0, 1, 2, 3].flatMap((direction) => {
    const next = direction === (arrived + 2) % 4 ? null : maze.next(crossing, direction)
    const others = maze.along(crossing, direction)
    const own = others?.has(who.bundle) === true
    if (next === null || (others !== undefined && !own)) return []
    const turn = direction === arrived ? 0 : COST.bend
    const cost = (own ? COST.shared : COST.step) + turn + meeting(maze, crossing, { arrived, direction, who })
    return [{ state: next * 4 + direction, cost: cost + surroundings(maze, crossing, { direction, next, who }) }]
  })
}

/** Lines along a border, close beside another, or through a container that is none of theirs are hard to follow. */
function surroundings(
  maze: Maze,
  crossing: number,
  { direction, next, who }: { readonly direction: number; readonly next: number; readonly who: Traveller },
): number {
  const stride = direction % 2 === 0 ? maze.columns : 1
  const near = [crossing - stride, crossing + stride].some((beside) => isStrange(maze.along(beside, direction), who))
  const border = maze.isBorder(crossing) && maze.isBorder(next) ? COST.border : 0
  return border + (who.foreign[next] === 1 ? COST.foreign : 0) + (near ? COST.beside : 0)
}

interface Turn {
  readonly arrived: number
  readonly direction: number
  readonly who: Traveller
}

/** To pass a crossing where others are: straight over a straight line is fine, anything else looks like a joint. */
function meeting(maze: Maze, crossing: number, { arrived, direction, who }: Turn): number {
  const axis = direction % 2
  const same = isStrange(maze.through(crossing, axis), who)
  const across = isStrange(maze.through(crossing, 1 - axis), who)
  if (!same && !across) return 0
  return arrived === direction && !same ? COST.cross : COST.meet
}

const isStrange = (bundles: ReadonlySet<string> | undefined, { bundle }: Traveller): boolean =>
  bundles !== undefined && (bundles.size > 1 || !bundles.has(bundle))
