import type { Graph } from '../../engine/graph.ts'
import { withCaptions } from './captions.ts'
import { cellsOf } from './cells.ts'
import { linesOf } from './lines.ts'
import type { Picture } from './picture.ts'
import { route } from './route.ts'
import { type About, sheetOf } from './sheet.ts'
import { GRID, up } from './text.ts'

/** The graph as a picture: what is drawn, where, and what goes from one to another. Pure: the same graph, the same picture. */
export function pictureOf(graph: Graph, about: About): Picture {
  const scene = { graph, cells: cellsOf(graph) }
  const lines = linesOf(scene)
  const { w, h, boxes } = sheetOf(scene, lines, about)
  const size = { w: up(w + GRID), h: up(h + GRID) }
  const ways = withCaptions(route(size, boxes, lines), boxes)
  return { title: `${about.stack} · ${about.blueprint}`, size, boxes, ways }
}
