import { harmlessLine } from '../../text/harmless.ts'
import type { Area, Box, Picture, Point, Way } from './picture.ts'
import { lineStyle, styleOf } from './styles.ts'

/** The picture as a draw.io file, uncompressed, so that a change of it can be read. */
export function drawioOf({ title, size, boxes, ways }: Picture): string {
  const areas = new Map(boxes.map(({ id, area }) => [id, area]))
  const page = `page="1" pageScale="1" pageWidth="${size.w}" pageHeight="${size.h}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<mxfile host="ecom-infra" type="device">',
    `  <diagram id="architecture" name="${escaped(title)}">`,
    `    <mxGraphModel grid="1" gridSize="12" guides="1" tooltips="1" connect="1" arrows="1" fold="0" ${page} math="0" shadow="0">`,
    '      <root>',
    '        <mxCell id="0"/>',
    '        <mxCell id="1" parent="0"/>',
    ...boxes.flatMap((box) => vertex(box, areas)),
    ...ways.flatMap((way) => edge(way, areas)),
    '      </root>',
    '    </mxGraphModel>',
    '  </diagram>',
    '</mxfile>',
    '',
  ].join('\n')
}

/** A place is told from the corner of the container. */
function vertex({ id, parent, look, area, lines }: Box, areas: ReadonlyMap<string, Area>): readonly string[] {
  const { x, y } = (parent === null ? undefined : areas.get(parent)) ?? { x: 0, y: 0 }
  const names = `id="${escaped(id)}" value="${wordsOf(lines)}" style="${escaped(styleOf(look))}"`
  return [
    `        <mxCell ${names} vertex="1" parent="${escaped(parent ?? '1')}">`,
    `          <mxGeometry x="${area.x - x}" y="${area.y - y}" width="${area.w}" height="${area.h}" as="geometry"/>`,
    '        </mxCell>',
  ]
}

function edge(
  { id, from, to, label, dashed, points, caption }: Way,
  areas: ReadonlyMap<string, Area>,
): readonly string[] {
  const [start, end] = [points[0], points.at(-1)]
  const ends = `${fixed('exit', start, areas.get(from))}${fixed('entry', end, areas.get(to))}`
  const value = caption === null ? '' : wordsOf([label])
  const along = caption === null ? '' : ` x="${rounded(caption.along)}" y="0"`
  const bends = points.slice(1, -1).map(({ x, y }) => `<mxPoint x="${x}" y="${y}"/>`)
  return [
    `        <mxCell id="${escaped(id)}" value="${value}" style="${lineStyle(dashed)}${ends}" edge="1" parent="1" source="${escaped(from)}" target="${escaped(to)}">`,
    `          <mxGeometry${along} relative="1" as="geometry">`,
    ...(bends.length === 0 ? [] : [`            <Array as="points">${bends.join('')}</Array>`]),
    '          </mxGeometry>',
    '        </mxCell>',
  ]
}

/** Where on the border a line begins or ends, as shares of its sides. */
function fixed(end: 'exit' | 'entry', point: Point | undefined, area: Area | undefined): string {
  if (point === undefined || area === undefined) return ''
  const [x, y] = [(point.x - area.x) / area.w, (point.y - area.y) / area.h]
  return `${end}X=${rounded(x)};${end}Y=${rounded(y)};${end}Dx=0;${end}Dy=0;${end}Perimeter=0;`
}

const rounded = (value: number): number => Math.round(value * 100_000) / 100_000

/** Words are HTML within XML: a name that holds either is still a name. */
const wordsOf = (lines: readonly string[]): string => escaped(lines.map(escaped).join('<br>'))

/** XML has no place for control characters, escaped or not. */
export const escaped = (text: string): string =>
  harmlessLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
