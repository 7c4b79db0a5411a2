import { type Maze, STEPS } from './maze.ts'
import type { Gate } from './path.ts'
import { type Box, centerOf, type Point } from './picture.ts'
import { GRID } from './text.ts'

interface Approach {
  readonly other: Box
  readonly bundle: string
  /** Whose lines touch which borders where. */
  readonly taken: ReadonlyMap<string, string>
  readonly maze: Maze
}

const RIGHT = 0
const LEFT = 2
const TOP = 3
/** What stands about above or below may be reached on either side. */
const FAR = 96
const AWAY = 100

/** Where lines may leave a box: not at the bottom, where an icon has its words; at a container, only at its sides. */
export function gatesOf(box: Box, { other, bundle, taken, maze }: Approach): readonly Gate[] {
  const directions = box.look.kind === 'group' ? [RIGHT, LEFT] : [RIGHT, LEFT, TOP]
  return directions.flatMap((direction) => {
    const { x, y, w, h } = box.area
    const length = direction === TOP ? w : h
    const places = Array.from({ length: Math.round(length / GRID) - 1 }, (_, index) => (index + 1) * GRID)
    const price = priceOf(direction, box, other)
    return places.flatMap((at): readonly Gate[] => {
      const border = direction === TOP ? { x: x + at, y } : { x: direction === RIGHT ? x + w : x, y: y + at }
      const owner = taken.get(`${box.id} ${border.x} ${border.y}`) ?? bundle
      const crossing = maze.at(onward(border, direction))
      const aside = Math.abs(at - length / 2) < GRID / 2 ? 0 : 3
      return owner === bundle ? [{ crossing, direction, cost: price + aside }] : []
    })
  })
}

function onward({ x, y }: Point, direction: number): Point {
  const step = STEPS[direction] ?? { x: 0, y: 0 }
  return { x: x + step.x * GRID, y: y + step.y * GRID }
}

/** A line that leaves on the far side has to go round its own icon. */
function priceOf(direction: number, box: Box, other: Box): number {
  if (direction === TOP) return 6
  const [own, far] = [centerOf(box.area), centerOf(other.area)]
  const ahead = direction === RIGHT ? far.x - own.x : own.x - far.x
  return ahead < -FAR ? AWAY : 0
}

/** The same place, on the way in. */
export const inward = (gate: Gate): Gate => ({ ...gate, direction: (gate.direction + 2) % 4 })
