import { gatesOf, inward } from './gates.ts'
import { Maze, STEPS } from './maze.ts'
import { type Path, pathThrough } from './path.ts'
import { type Area, type Box, centerOf, type Line, type Point } from './picture.ts'
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
    const { from, to } = ends
    const gates = (box: Box, other: Box) => gatesOf(box, { other, bundle: line.bundle, taken, maze })
    const trip = { from: gates(from, to), to: gates(to, from).map(inward), goal: to.area }
    const who = { bundle: line.bundle, foreign: maze.within(foreignTo(ends, boxes)) }
    const path = pathThrough(maze, trip, who)
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

interface Ends {
  readonly from: Box
  readonly to: Box
}

function distance({ from, to }: Ends): number {
  const [one, other] = [centerOf(from.area), centerOf(to.area)]
  return Math.abs(one.x - other.x) + Math.abs(one.y - other.y)
}

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

/** The subnets and areas that neither end lies in. */
function foreignTo({ from, to }: Ends, boxes: readonly Box[]): readonly Area[] {
  const byId = new Map(boxes.map((box) => [box.id, box]))
  const home = new Set<string>()
  for (const end of [from, to])
    for (let box: Box | undefined = end; box; box = box.parent === null ? undefined : byId.get(box.parent))
      home.add(box.id)
  return boxes.flatMap(({ id, look, area }) => (look.kind === 'group' && !home.has(id) ? [area] : []))
}
