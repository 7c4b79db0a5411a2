import { Maze, STEPS } from './maze.ts'
import { type Gate, type Path, pathThrough } from './path.ts'
import { type Box, centerOf, type Line, type Point } from './picture.ts'
import { GRID } from './text.ts'

/** A line with its way, before it has its words. */
export interface Routed extends Line {
  readonly id: string
  readonly bundle: string
  readonly points: readonly Point[]
}

/** Finds each line a way round icons and words. Short ones choose first: they are the straight ones. */
export function route(
  size: { readonly w: number; readonly h: number },
  boxes: readonly Box[],
  lines: readonly Line[],
): readonly Routed[] {
  const maze = new Maze(size, boxes)
  const byId = new Map(boxes.map((box) => [box.id, box]))
  const taken = new Map<string, string>()
  const known = lines.flatMap((line, index) => {
    const [from, to] = [byId.get(line.from), byId.get(line.to)]
    return from && to ? [{ ...line, index, bundle: bundleOf(line, lines), ends: { from, to } }] : []
  })
  const ordered = known.toSorted((one, other) => distance(one.ends) - distance(other.ends) || one.index - other.index)
  const routed = ordered.map(({ ends, index, ...line }) => {
    const [out, into] = [gatesOf(ends.from, line.bundle, taken, maze), gatesOf(ends.to, line.bundle, taken, maze)]
    const path = pathThrough(maze, out, into.map(inward), line.bundle)
    if (path === null) throw new Error(`There is no way from ${line.from} to ${line.to}.`)
    const points = pointsOf(path, maze)
    for (const [box, end] of [
      [ends.from, points[0]],
      [ends.to, points.at(-1)],
    ] as const)
      if (end) taken.set(`${box.id} ${end.x} ${end.y}`, line.bundle)
    maze.take(points, line.bundle)
    return { index, line: { ...line, id: `line ${index + 1}`, points } }
  })
  return routed.sort((one, other) => one.index - other.index).map(({ line }) => line)
}

/** Lines with one end and their words in common run together, and say it once. */
function bundleOf(line: Line, lines: readonly Line[]): string {
  const alike = lines.filter(({ label }) => label === line.label)
  const [into, out] = [alike.filter(({ to }) => to === line.to), alike.filter(({ from }) => from === line.from)]
  return into.length >= out.length ? `to ${line.to} ${line.label}` : `from ${line.from} ${line.label}`
}

function distance({ from, to }: { readonly from: Box; readonly to: Box }): number {
  const [one, other] = [centerOf(from.area), centerOf(to.area)]
  return Math.abs(one.x - other.x) + Math.abs(one.y - other.y)
}

/** Where lines may leave a box: not at the bottom, where an icon has its words. The middle of a side is the best. */
function gatesOf(box: Box, bundle: string, taken: ReadonlyMap<string, string>, maze: Maze): readonly Gate[] {
  const { x, y, w, h } = box.area
  const isGroup = box.look.kind === 'group'
  const sides = [
    { direction: 0, length: h, point: (at: number) => ({ x: x + w, y: y + at }) },
    { direction: 2, length: h, point: (at: number) => ({ x, y: y + at }) },
    ...(isGroup ? [] : [{ direction: 3, length: w, point: (at: number) => ({ x: x + at, y }) }]),
  ]
  return sides.flatMap(({ direction, length, point }) => {
    const places = Array.from({ length: Math.round(length / GRID) - 1 }, (_, index) => (index + 1) * GRID)
    return places.flatMap((at): readonly Gate[] => {
      const border = point(at)
      const owner = taken.get(`${box.id} ${border.x} ${border.y}`)
      if (owner !== undefined && owner !== bundle) return []
      const step = STEPS[direction] ?? { x: 0, y: 0 }
      const outside = { x: border.x + step.x * GRID, y: border.y + step.y * GRID }
      const cost = (Math.abs(at - length / 2) < GRID / 2 ? 0 : 3) + (direction === 3 ? 6 : 0)
      return [{ crossing: maze.at(outside), direction, cost: owner === bundle ? 0 : cost }]
    })
  })
}

const inward = (gate: Gate): Gate => ({ ...gate, direction: (gate.direction + 2) % 4 })

/** From border to border, with the bends alone. */
function pointsOf({ crossings, first, last }: Path, maze: Maze): readonly Point[] {
  const inner = crossings.map((crossing) => maze.pointOf(crossing))
  const [start, end] = [inner[0], inner.at(-1)]
  if (start === undefined || end === undefined) return []
  const back = STEPS[first] ?? { x: 0, y: 0 }
  const on = STEPS[last] ?? { x: 0, y: 0 }
  const all = [
    { x: start.x - back.x * GRID, y: start.y - back.y * GRID },
    ...inner,
    { x: end.x + on.x * GRID, y: end.y + on.y * GRID },
  ]
  return all.filter((point, index) => {
    const [before, after] = [all[index - 1], all[index + 1]]
    if (before === undefined || after === undefined) return true
    return !((before.x === point.x && point.x === after.x) || (before.y === point.y && point.y === after.y))
  })
}
