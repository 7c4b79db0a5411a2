import type { Layer } from '../../engine/graph.ts'
import { type Block, beside, column, FONT, frame, icon, merge, shift, stack } from './block.ts'
import type { Cell } from './cells.ts'
import { ACTORS, type Actor } from './kinds.ts'
import { byRank, cellBlock, GAP, vpcBlock, WIDE, WIDER } from './layout.ts'
import type { Box, Line } from './picture.ts'
import { ofType } from './spec.ts'
import { up, widthOf } from './text.ts'
import type { Scene } from './traffic.ts'

/** What the picture says of itself. */
export interface About {
  readonly stack: string
  readonly blueprint: string
  readonly region: string
}

/** Everything in its place: who stands outside on the left, the cloud on the right. */
export function sheetOf(scene: Scene, lines: readonly Line[], about: About): Block {
  const cloud = cloudBlock(scene, about)
  const outside = outsideBlock(scene, lines, cloud)
  const main = merge([outside, shift(cloud, outside.w + WIDER, 0)])
  const title = merge([
    textBlock('title', `${about.stack} in ${about.region}`, 20),
    shift(textBlock('subtitle', subtitle(scene, about), 12), 0, 24),
  ])
  const page = stack([title, main, legend(scene)], GAP)
  return shift(page, GAP, GAP)
}

const subtitle = ({ graph }: Scene, { blueprint }: About): string =>
  `Blueprint ${blueprint}: ${graph.nodes.size} resources, drawn by ecom-infra diagram`

function textBlock(id: string, text: string, size: number): Block {
  const area = { x: 0, y: 0, w: up(widthOf(text, size)), h: size + 4 }
  const look = { kind: 'text', size, bold: size > 12 } as const
  return {
    w: area.w,
    h: up(area.h),
    boxes: [{ id, parent: null, look, area, words: area, lines: [text], addresses: [] }],
  }
}

function cloudBlock(scene: Scene, { region }: About): Block {
  const { cells, graph } = scene
  const vpcs = ofType(graph, 'ec2:vpc').map(({ address }) => vpcBlock(scene, address))
  const inLayer = (layer: Layer): readonly Cell[] =>
    byRank(cells.filter(({ home }) => home.in === 'region' && home.layer === layer))
  const data = column(
    inLayer('Data').map((cell) => cellBlock(cell)),
    GAP,
  )
  const upper = beside(
    [stack(vpcs, GAP), vpcs.length > 0 && data.boxes.length > 0 ? shift(data, 0, besideOf(vpcs)) : data],
    WIDER,
  )
  const areas = LAYERS.flatMap(([layer, title]) => areaBlock(`area ${layer}`, title, inLayer(layer)))
  const inside = frame(
    { id: 'region', group: 'region', lines: [`Region ${region}`] },
    stack([upper, beside(areas, GAP)], GAP),
  )
  const global = areaBlock(
    'area global',
    'IAM, in all regions',
    byRank(cells.filter(({ home }) => home.in === 'global')),
  )
  return frame({ id: 'cloud', group: 'cloud', lines: ['AWS Cloud'] }, stack([inside, ...global], GAP))
}

/** The data outside the VPC begins where its servers begin. */
const besideOf = ([vpc]: readonly Block[]): number =>
  Math.min(...(vpc?.boxes ?? []).filter(({ look }) => look.kind === 'icon').map(({ area }) => area.y))

/** The areas under the VPC, in their order. Data stands beside it. */
const LAYERS: readonly (readonly [Layer, string])[] = [
  ['Watch', 'Watching'],
  ['Edge', 'Entrance'],
  ['Compute', 'Computing'],
  ['Network', 'Network'],
  ['Security', 'Security'],
  ['Delivery', 'Delivery'],
  ['Access', 'Access'],
]

function areaBlock(id: string, title: string, cells: readonly Cell[]): readonly Block[] {
  if (cells.length === 0) return []
  const icons = cells.map((cell) => cellBlock(cell))
  return [frame({ id, group: 'area', lines: [title] }, beside(icons, WIDE))]
}

/** Each as high as what it talks to, or as near to that as the others let it. */
function outsideBlock({ cells }: Scene, lines: readonly Line[], cloud: Block): Block {
  const own = cells.filter(({ home }) => home.in === 'outside').map((cell) => ({ id: cell.id, block: cellBlock(cell) }))
  const actors = (Object.keys(ACTORS) as readonly Actor[])
    .filter((id) => lines.some(({ from, to }) => from === id || to === id))
    .map((id) => ({ id, block: actorBlock(id) }))
  let free = 0
  const placed = [...actors, ...own].map(({ id, block }) => {
    const y = Math.max(free, heightOf(id, lines, cloud.boxes))
    free = y + block.h + GAP
    return shift(block, 0, y)
  })
  const w = Math.max(0, ...placed.map((block) => block.w))
  return merge(placed.map((block) => shift(block, up((w - block.w) / 2), 0)))
}

function actorBlock(id: Actor): Block {
  const { lines, sign } = ACTORS[id]
  return icon(id, { kind: 'icon', category: 'general', sign, text: 'center' }, lines)
}

function heightOf(id: string, lines: readonly Line[], boxes: readonly Box[]): number {
  const partner = lines.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []))[0]
  const y = boxes.find((box) => box.id === partner)?.area.y ?? 0
  return id === 'internet' ? Math.max(0, y - 120) : y
}

const CATEGORIES = ['compute', 'network', 'storage', 'database', 'security', 'management', 'general'] as const

/** What the colours mean, as far as they are used. */
function legend({ cells }: Scene): Block {
  const used = CATEGORIES.filter((category) => cells.some(({ kind }) => kind.category === category))
  const entries = used.map((category): Block => {
    const area = { x: 0, y: 0, w: 12, h: 12 }
    const words = { x: 18, y: -2, w: widthOf(category, FONT), h: 16 }
    const look = { kind: 'swatch', category } as const
    const id = `legend ${category}`
    return {
      w: up(words.x + words.w),
      h: 16,
      boxes: [{ id, parent: null, look, area, words, lines: [category], addresses: [] }],
    }
  })
  return beside(entries, 24)
}
