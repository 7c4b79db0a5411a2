import { type Area, type Box, type Point, touch, wallsOf } from './picture.ts'
import { GRID } from './text.ts'

/** Right, down, left, up. */
export const STEPS: readonly Point[] = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
]

/** Lines keep this far from icons and words. */
const CLEARANCE = 5

/** The sheet as a grid of crossings: where lines may go, and where others go already. */
export class Maze {
  readonly columns: number
  readonly rows: number
  readonly #walls: Uint8Array
  readonly #borders: Uint8Array
  /** Who goes through a crossing, across and down; who goes from it to the right, and who to the bottom. */
  readonly #through: readonly Map<number, Set<string>>[] = [new Map(), new Map()]
  readonly #taken: readonly Map<number, Set<string>>[] = [new Map(), new Map()]

  constructor(size: { readonly w: number; readonly h: number }, boxes: readonly Box[]) {
    this.columns = Math.ceil(size.w / GRID) + 1
    this.rows = Math.ceil(size.h / GRID) + 1
    this.#walls = new Uint8Array(this.columns * this.rows)
    this.#borders = new Uint8Array(this.columns * this.rows)
    for (const box of boxes) {
      for (const wall of wallsOf(box)) this.#fill(this.#walls, wall, CLEARANCE)
      if (box.look.kind === 'group') this.#frame(box.area)
    }
  }

  at = ({ x, y }: Point): number => Math.round(y / GRID) * this.columns + Math.round(x / GRID)
  pointOf = (crossing: number): Point => ({
    x: (crossing % this.columns) * GRID,
    y: Math.floor(crossing / this.columns) * GRID,
  })

  /** The next crossing that way; null at the edge of the sheet, and where an icon or words stand. */
  next(crossing: number, direction: number): number | null {
    const step = STEPS[direction] ?? { x: 0, y: 0 }
    const x = (crossing % this.columns) + step.x
    const y = Math.floor(crossing / this.columns) + step.y
    if (x < 0 || y < 0 || x >= this.columns || y >= this.rows) return null
    const there = y * this.columns + x
    return this.#walls[there] === 1 ? null : there
  }

  /** The crossings within these areas. */
  within(areas: readonly Area[]): Uint8Array {
    const marked = new Uint8Array(this.columns * this.rows)
    for (const area of areas) this.#fill(marked, area, 0)
    return marked
  }

  isOpen = (crossing: number): boolean => this.#walls[crossing] === 0
  isBorder = (crossing: number): boolean => this.#borders[crossing] === 1

  /** Whose lines run along this step already. */
  along(crossing: number, direction: number): ReadonlySet<string> | undefined {
    const from = direction < 2 ? crossing : crossing - (direction === 2 ? 1 : this.columns)
    return this.#taken[direction % 2]?.get(from)
  }

  /** Whose lines go through a crossing: 0 across, 1 down. */
  through = (crossing: number, axis: number): ReadonlySet<string> | undefined => this.#through[axis]?.get(crossing)

  /** From now on a line of this bundle is there. */
  take(points: readonly Point[], bundle: string): void {
    for (const [index, to] of points.entries()) {
      const from = points[index - 1]
      if (from === undefined) continue
      const axis = from.y === to.y ? 0 : 1
      const [low, high] = [Math.min(this.at(from), this.at(to)), Math.max(this.at(from), this.at(to))]
      const stride = axis === 0 ? 1 : this.columns
      for (let crossing = low; crossing <= high; crossing += stride) {
        note(this.#through[axis], crossing, bundle)
        if (crossing < high) note(this.#taken[axis], crossing, bundle)
      }
    }
  }

  #fill(map: Uint8Array, area: Area, gap: number): void {
    for (let y = Math.floor((area.y - gap) / GRID); y <= Math.ceil((area.y + area.h + gap) / GRID); y += 1) {
      for (let x = Math.floor((area.x - gap) / GRID); x <= Math.ceil((area.x + area.w + gap) / GRID); x += 1) {
        if (x < 0 || y < 0 || x >= this.columns || y >= this.rows) continue
        if (touch({ x: x * GRID, y: y * GRID, w: 0, h: 0 }, area, gap)) map[y * this.columns + x] = 1
      }
    }
  }

  #frame({ x, y, w, h }: Area): void {
    this.#fill(this.#borders, { x, y, w, h: 0 }, 1)
    this.#fill(this.#borders, { x, y: y + h, w, h: 0 }, 1)
    this.#fill(this.#borders, { x, y, w: 0, h }, 1)
    this.#fill(this.#borders, { x: x + w, y, w: 0, h }, 1)
  }
}

function note(map: Map<number, Set<string>> | undefined, crossing: number, bundle: string): void {
  const known = map?.get(crossing)
  if (known) known.add(bundle)
  else map?.set(crossing, new Set([bundle]))
}
