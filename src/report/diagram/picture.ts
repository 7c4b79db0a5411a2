import type { Address } from '../../engine/ref.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Area extends Point {
  readonly w: number
  readonly h: number
}

/** AWS's colours go by these. */
export type Category = 'compute' | 'network' | 'storage' | 'database' | 'security' | 'management' | 'general'

/** A name of draw.io's AWS library: `service` is a white sign on a coloured square, `resource` a coloured sign. */
export type Sign = { readonly service: string } | { readonly resource: string }

export interface IconLook {
  readonly kind: 'icon'
  readonly category: Category
  readonly sign: Sign
  /** Where the text under it begins or ends: at an edge of the VPC it must not stick out. */
  readonly text: 'left' | 'center' | 'right'
}

export type GroupName = 'cloud' | 'region' | 'vpc' | 'zone' | 'public' | 'private' | 'scaling' | 'area'

interface GroupLook {
  readonly kind: 'group'
  readonly group: GroupName
}

interface TextLook {
  readonly kind: 'text'
  readonly size: number
  readonly bold: boolean
}

interface SwatchLook {
  readonly kind: 'swatch'
  readonly category: Category
}

export type Look = IconLook | GroupLook | TextLook | SwatchLook

/** Something that is drawn. Its place is absolute, also within a container. */
export interface Box {
  readonly id: string
  /** The container it lies in; null is the sheet. */
  readonly parent: string | null
  readonly look: Look
  readonly area: Area
  /** Where its words are: under an icon, at the head of a container. */
  readonly words: Area
  readonly lines: readonly string[]
  /** The resources that it stands for. */
  readonly addresses: readonly Address[]
}

/** What goes from one box to another. */
export interface Line {
  readonly from: string
  readonly to: string
  readonly label: string
  /** A message or a service, as opposed to traffic of the shop. */
  readonly dashed: boolean
}

/** A line that has its way: from border to border, with its bends. */
export interface Way extends Line {
  readonly id: string
  readonly points: readonly Point[]
  /** Where its words are; null where another line of its bundle carries them. */
  readonly caption: Caption | null
}

export interface Caption {
  /** The middle of the words. */
  readonly at: Point
  readonly area: Area
  /** How far along the line, from -1 to 1, as draw.io counts. */
  readonly along: number
}

export interface Picture {
  readonly title: string
  readonly size: { readonly w: number; readonly h: number }
  readonly boxes: readonly Box[]
  readonly ways: readonly Way[]
}

export const centerOf = ({ x, y, w, h }: Area): Point => ({ x: x + w / 2, y: y + h / 2 })

/** Whether two areas come nearer to each other than `gap`. */
export const touch = (one: Area, other: Area, gap = 0): boolean =>
  one.x < other.x + other.w + gap &&
  other.x < one.x + one.w + gap &&
  one.y < other.y + other.h + gap &&
  other.y < one.y + one.h + gap

/** What no line and no words may touch: an icon with its words, a container's badge and title. */
export function wallsOf({ look, area, words }: Box): readonly Area[] {
  if (look.kind !== 'group') return [area, words]
  if (look.group === 'zone' || look.group === 'area') return [words]
  const x = look.group === 'scaling' ? area.x + (area.w - BADGE) / 2 : area.x
  return [words, { x, y: area.y, w: BADGE, h: BADGE }]
}

/** The sign in the corner of a container, as large as draw.io draws it. */
export const BADGE = 25
