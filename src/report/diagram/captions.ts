import { FONT } from './block.ts'
import { type Area, type Box, type Caption, type Point, touch, type Way, wallsOf } from './picture.ts'
import type { Routed } from './route.ts'
import { widthOf } from './text.ts'

const HEIGHT = 16

/** Gives each bundle its words, once, at a place where nothing else stands. */
export function withCaptions(lines: readonly Routed[], boxes: readonly Box[]): readonly Way[] {
  const walls = boxes.flatMap(wallsOf)
  const borders = boxes.flatMap(({ area, look }) => (look.kind === 'group' ? [area] : []))
  const captions = new Map<string, Caption>()
  const said = new Set<string>()
  for (const line of lines) {
    if (line.label === '' || said.has(line.bundle)) continue
    const bundle = lines.filter((one) => one.bundle === line.bundle)
    const others = lines.filter((one) => one.bundle !== line.bundle)
    const taken = [...walls, ...[...captions.values()].map(({ area }) => area)]
    const places = bundle.flatMap((one) => placesOn(one).map((place) => ({ ...place, id: one.id })))
    const free = places.filter(({ area }) => !taken.some((wall) => touch(area, wall, 2)))
    const costed = free.map((place) => ({
      place,
      cost: place.cost + 40 * crossed(place.area, others) + 15 * cut(place.area, borders),
    }))
    const [best] = costed.sort((one, other) => one.cost - other.cost)
    if (best === undefined) continue
    said.add(line.bundle)
    captions.set(best.place.id, { at: best.place.at, area: best.place.area, along: best.place.along })
  }
  return lines.map(({ bundle, ...line }) => ({ ...line, caption: captions.get(line.id) ?? null }))
}

interface Place extends Caption {
  readonly cost: number
}

/** Every few pixels along the line; the middle of a long level piece is the best. */
function placesOn({ points, label }: Routed): readonly Place[] {
  const w = widthOf(label, FONT) + 6
  const pieces = piecesOf(points)
  const total = pieces.reduce((sum, { length }) => sum + length, 0)
  return pieces.flatMap(({ from, to, length, before }) => {
    const level = from.y === to.y
    const room = length - (level ? w : HEIGHT) - 20
    return Array.from({ length: Math.floor(length / 6) + 1 }, (_, index): Place => {
      const share = (index * 6) / length
      const at = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
      const area: Area = { x: at.x - w / 2, y: at.y - HEIGHT / 2, w, h: HEIGHT }
      const off = Math.abs(share - 0.5) * length
      const short = Math.max(0, off - Math.max(0, room) / 2) * 3
      return { at, area, along: (2 * (before + share * length)) / total - 1, cost: off / 4 + short + (level ? 0 : 30) }
    })
  })
}

interface Piece {
  readonly from: Point
  readonly to: Point
  readonly length: number
  /** How long the line is up to here. */
  readonly before: number
}

function piecesOf(points: readonly Point[]): readonly Piece[] {
  let before = 0
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to
    const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y)
    before += length
    return { from, to, length, before: before - length }
  })
}

function crossed(area: Area, others: readonly Routed[]): number {
  return others
    .flatMap(({ points }) => piecesOf(points))
    .filter(({ from, to }) => {
      const piece = {
        ...{ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y) },
        ...{ w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) },
      }
      return touch(area, piece, 2)
    }).length
}

/** How many borders go through the words. */
const cut = (area: Area, borders: readonly Area[]): number =>
  borders.filter((border) => touch(area, border) && !isInside(area, border)).length

const isInside = (inner: Area, outer: Area): boolean =>
  inner.x > outer.x &&
  inner.y > outer.y &&
  inner.x + inner.w < outer.x + outer.w &&
  inner.y + inner.h < outer.y + outer.h
