import type { Area, Box, GroupName, IconLook, Point } from './picture.ts'
import { GRID, LINE, up, widthOf } from './text.ts'

/** A piece of the picture that can be put anywhere: its size, and its boxes from its own corner on. */
export interface Block {
  readonly w: number
  readonly h: number
  readonly boxes: readonly Box[]
}

const ICON = 48
export const FONT = 12
/** Words at the edge of the VPC keep off its border. */
const INSET = 4
export const EMPTY: Block = { w: 0, h: 0, boxes: [] }

const moved = (area: Area, by: Point): Area => ({ ...area, x: area.x + by.x, y: area.y + by.y })

/** The same somewhere else, with the room before it. */
export const shift = ({ w, h, boxes }: Block, x: number, y: number): Block => ({
  w: w + x,
  h: h + y,
  boxes: boxes.map((box) => ({ ...box, area: moved(box.area, { x, y }), words: moved(box.words, { x, y }) })),
})

/** All in one, each where it is. */
export const merge = (blocks: readonly Block[]): Block => ({
  w: Math.max(0, ...blocks.map(({ w }) => w)),
  h: Math.max(0, ...blocks.map(({ h }) => h)),
  boxes: blocks.flatMap(({ boxes }) => boxes),
})

/** One under another. */
export function stack(blocks: readonly Block[], gap: number): Block {
  const there = blocks.filter(({ boxes }) => boxes.length > 0)
  return merge(there.map((block, index) => shift(block, 0, sum(there.slice(0, index).map(({ h }) => h + gap)))))
}

/** One under another, on one axis. */
export function column(blocks: readonly Block[], gap: number): Block {
  const w = Math.max(0, ...blocks.map((block) => block.w))
  return stack(
    blocks.map((block) => shift(block, up((w - block.w) / 2), 0)),
    gap,
  )
}

/** One beside another. */
export function beside(blocks: readonly Block[], gap: number): Block {
  const there = blocks.filter(({ boxes }) => boxes.length > 0)
  return merge(there.map((block, index) => shift(block, sum(there.slice(0, index).map(({ w }) => w + gap)), 0)))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

export const atLeast = ({ w, h, boxes }: Block, least: { readonly w?: number; readonly h?: number }): Block => ({
  ...{ w: Math.max(w, least.w ?? 0), h: Math.max(h, least.h ?? 0), boxes },
})

/** An icon with its words under it. */
export function icon(id: string, look: IconLook, lines: readonly string[], addresses: Box['addresses'] = []): Block {
  const text = Math.max(...lines.map((line) => widthOf(line, FONT)))
  const w = Math.max(ICON, look.text === 'center' ? up(text, 2 * GRID) : up(text + INSET))
  const room = { left: 0, center: (w - ICON) / 2, right: w - ICON }[look.text]
  const start = { left: INSET, center: (w - text) / 2, right: w - text - INSET }[look.text]
  const words = { x: start, y: ICON + 3, w: text, h: lines.length * LINE }
  const area = { x: room, y: 0, w: ICON, h: ICON }
  return { w, h: up(ICON + 3 + words.h), boxes: [{ id, parent: null, look, area, words, lines, addresses }] }
}

/** Where a kind of container has its title, and how much room that takes. */
const HEADS: Readonly<Record<GroupName, { readonly x: number | null; readonly y: number; readonly h: number }>> = {
  ...{ cloud: { x: 30, y: 6, h: 36 }, region: { x: 30, y: 6, h: 36 }, vpc: { x: 30, y: 6, h: 36 } },
  ...{ public: { x: 30, y: 6, h: 36 }, private: { x: 30, y: 6, h: 36 } },
  ...{ zone: { x: 12, y: 4, h: 24 }, area: { x: 12, y: 4, h: 36 }, scaling: { x: null, y: 26, h: 60 } },
}
const SIDE = 24
const TITLE = 12

export interface Frame {
  readonly id: string
  readonly group: GroupName
  readonly lines: readonly string[]
  readonly addresses?: Box['addresses']
  /** Left and right; nothing where the icons sit on the border. */
  readonly side?: number
}

/** A container around a block. */
export function frame({ id, group, lines, addresses = [], side = SIDE }: Frame, content: Block): Block {
  const head = HEADS[group]
  const title = Math.max(...lines.map((line) => widthOf(line, TITLE)))
  const w = up(Math.max(content.w + 2 * side, title + (head.x ?? GRID) + GRID), 2 * GRID)
  const h = up(head.h + content.h + SIDE)
  const words = { x: head.x ?? (w - title) / 2, y: head.y, w: title, h: lines.length * 16 }
  const inner = shift(content, up((w - content.w) / 2 - GRID / 2), head.h).boxes
  const box: Box = {
    ...{ id, parent: null, look: { kind: 'group', group }, area: { x: 0, y: 0, w, h }, words, lines, addresses },
  }
  return { w, h, boxes: [box, ...inner.map((one) => (one.parent === null ? { ...one, parent: id } : one))] }
}

/** How far down the first icon of a block is: neighbours put theirs on the same height. */
export const laneOf = ({ boxes }: Block): number =>
  Math.min(...boxes.filter(({ look }) => look.kind === 'icon').map(({ area }) => area.y))
