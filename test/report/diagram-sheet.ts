import type { Facts } from '../../src/aws/facts.ts'
import { draw } from '../../src/blueprints/index.ts'
import { checkConfig } from '../../src/config/check.ts'
import type { Graph } from '../../src/engine/graph.ts'
import { descendants, type Element, parseXml } from '../support/xml.ts'

const FACTS: Facts = {
  ...{ account: '123456789012', partition: 'aws', region: 'us-east-1', tls: true },
  ...{ images: { x86_64: 'ami-1', arm64: 'ami-2' }, zones: ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d'] },
}
export const ABOUT = { stack: 'shop-dev', blueprint: 'ecommerce', region: 'us-east-1' }

export function graphOf(more: object = {}): Graph {
  const checked = checkConfig({
    name: 'shop',
    environment: 'dev',
    region: 'us-east-1',
    blueprint: 'ecommerce',
    ...more,
  })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return draw(checked.config, FACTS)
}

export interface Rect {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

export interface Vertex {
  readonly id: string
  readonly parent: string
  readonly style: ReadonlyMap<string, string>
  readonly lines: readonly string[]
  /** On the sheet, not in its container. */
  readonly area: Rect
  readonly isContainer: boolean
}

export interface Edge {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly label: string
  readonly style: ReadonlyMap<string, string>
  readonly points: readonly { readonly x: number; readonly y: number }[]
  /** The middle of its words. */
  readonly at: { readonly x: number; readonly y: number }
}

export interface Sheet {
  readonly size: { readonly w: number; readonly h: number }
  readonly ids: readonly string[]
  readonly vertices: ReadonlyMap<string, Vertex>
  readonly edges: readonly Edge[]
}

/** Reads a draw.io file the way draw.io does: nested places, ends as shares of the sides, words by their share of the way. */
export function readSheet(xml: string): Sheet {
  const all = descendants(parseXml(xml))
  const cells = all.filter(({ name }) => name === 'mxCell')
  const model = all.find(({ name }) => name === 'mxGraphModel')!
  const vertices = new Map<string, Vertex>()
  for (const cell of cells.filter((one) => text(one, 'vertex') === '1')) {
    const vertex = vertexOf(cell, vertices)
    vertices.set(vertex.id, vertex)
  }
  return {
    size: { w: number(model, 'pageWidth'), h: number(model, 'pageHeight') },
    ids: cells.map((cell) => text(cell, 'id')),
    vertices,
    edges: cells.filter((one) => text(one, 'edge') === '1').map((cell) => edgeOf(cell, vertices)),
  }
}

const text = (element: Element, name: string): string => element.attributes.get(name) ?? ''
const number = (element: Element | undefined, name: string): number => Number(element?.attributes.get(name) ?? 0)
const geometryOf = (cell: Element): Element => descendants(cell).find(({ name }) => name === 'mxGeometry')!
const styleOf = (cell: Element): ReadonlyMap<string, string> =>
  new Map(
    text(cell, 'style')
      .split(';')
      .filter((part) => part !== '')
      .map((part) => [part.split('=')[0] ?? '', part.split('=').slice(1).join('=')]),
  )

function vertexOf(cell: Element, known: ReadonlyMap<string, Vertex>): Vertex {
  const geometry = geometryOf(cell)
  const parent = text(cell, 'parent')
  const outer = known.get(parent)?.area ?? { x: 0, y: 0 }
  if (parent !== '1' && !known.has(parent))
    throw new Error(`${text(cell, 'id')} lies in ${parent}, which is not there.`)
  const [w, h] = [number(geometry, 'width'), number(geometry, 'height')]
  const style = styleOf(cell)
  return {
    ...{ id: text(cell, 'id'), parent, style, isContainer: style.get('container') === '1' },
    lines: text(cell, 'value').split('<br>'),
    area: { x: outer.x + number(geometry, 'x'), y: outer.y + number(geometry, 'y'), w, h },
  }
}

function edgeOf(cell: Element, vertices: ReadonlyMap<string, Vertex>): Edge {
  const style = styleOf(cell)
  const end = (id: string, name: string) => {
    const { x, y, w, h } = vertices.get(id)!.area
    return { x: x + Number(style.get(`${name}X`)) * w, y: y + Number(style.get(`${name}Y`)) * h }
  }
  const bends = descendants(cell).filter(({ name }) => name === 'mxPoint')
  const [source, target] = [text(cell, 'source'), text(cell, 'target')]
  const inner = bends.map((point) => ({ x: number(point, 'x'), y: number(point, 'y') }))
  const points = [end(source, 'exit'), ...inner, end(target, 'entry')]
  const at = alongOf(points, (number(geometryOf(cell), 'x') + 1) / 2)
  return { id: text(cell, 'id'), source, target, label: text(cell, 'value'), style, points, at }
}

function alongOf(points: Edge['points'], share: number): { x: number; y: number } {
  const pieces = points.slice(1).map((to, index) => ({ from: points[index]!, to }))
  const lengths = pieces.map(({ from, to }) => Math.hypot(to.x - from.x, to.y - from.y))
  let rest = share * lengths.reduce((sum, length) => sum + length, 0)
  for (const [index, { from, to }] of pieces.entries()) {
    const length = lengths[index]!
    if (rest <= length || index === pieces.length - 1) {
      const part = length === 0 ? 0 : rest / length
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
    }
    rest -= length
  }
  return points[0]!
}

/** Room for words in Helvetica, a little less than the widest guess: a test of the layout's own guess. */
const wide = (line: string, size: number): number => line.length * size * 0.5

/** Where the words of an icon, a container or a text are. */
export function wordsOf({ area, lines, style, isContainer }: Vertex): Rect {
  const size = Number(style.get('fontSize'))
  const w = Math.max(...lines.map((line) => wide(line, size)))
  const h = lines.length * size * 1.2
  if (style.has('text')) return { x: area.x, y: area.y, w, h }
  if (style.get('labelPosition') === 'right') return { x: area.x + area.w + 4, y: area.y, w, h: area.h }
  const align = style.get('align') ?? 'center'
  const start = Number(style.get('spacingLeft') ?? 0)
  const x = { left: area.x + start, center: area.x + (area.w - w) / 2, right: area.x + area.w - w }[align]!
  if (!isContainer) return { x, y: area.y + area.h + 2, w, h }
  return { x, y: area.y + Number(style.get('spacingTop') ?? 0) + 4, w, h }
}

export const overlap = (one: Rect, other: Rect): boolean =>
  one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h

export const inside = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h
