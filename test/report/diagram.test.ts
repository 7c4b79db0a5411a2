import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import { pictureOf } from '../../src/report/diagram/diagram.ts'
import { drawioOf } from '../../src/report/diagram/xml.ts'
import shapes from '../fixtures/drawio-aws4.json' with { type: 'json' }
import {
  ABOUT,
  type Edge,
  graphOf,
  inside,
  overlap,
  type Rect,
  readSheet,
  type Sheet,
  type Vertex,
  wordsOf,
} from './diagram-sheet.ts'
import { strangers } from './diagram-strangers.ts'

const ARN = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555'
const EVERYTHING = { access: { sshCidrs: ['203.0.113.7/32'] }, monitoring: { alarmEmail: 'ops@example.com' } }

const GRAPHS: readonly (readonly [string, () => Graph])[] = [
  ['the defaults', () => graphOf()],
  ['all that can be talked to', () => graphOf(EVERYTHING)],
  ['3 zones, no NAT', () => graphOf({ ...EVERYTHING, network: { availabilityZones: 3, nat: 'none' } })],
  ['4 zones, a NAT in each', () => graphOf({ ...EVERYTHING, network: { availabilityZones: 4, nat: 'per-az' } })],
  ['private web servers', () => graphOf({ ...EVERYTHING, web: { placement: 'private' } })],
  [
    '4 zones, private web servers, a NAT in each, HTTPS, a standby',
    () =>
      graphOf({
        ...EVERYTHING,
        network: { availabilityZones: 4, nat: 'per-az' },
        ...{ web: { placement: 'private' }, edge: { certificateArn: ARN }, database: { multiAz: true } },
      }),
  ],
  ['HTTPS, and nobody is told', () => graphOf({ edge: { certificateArn: ARN } })],
  [
    'long names',
    () =>
      graphOf({
        ...EVERYTHING,
        name: 'a-very-long-shop-nam',
        monitoring: { alarmEmail: `${'o'.repeat(60)}@example.com` },
      }),
  ],
  ['types that nobody has drawn yet', strangers],
  ['nothing', () => new Graph()],
]

const sheetOf = (graph: Graph): Sheet => readSheet(drawioOf(pictureOf(graph, ABOUT)))
const all = (sheet: Sheet): readonly Vertex[] => [...sheet.vertices.values()]
const pairs = <T>(list: readonly T[]): readonly (readonly [T, T])[] =>
  list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other] as const))
const pieces = ({ points }: Edge): readonly Rect[] =>
  points.slice(1).map((to, index) => {
    const from = points[index]!
    const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)]
    return { x, y, w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) }
  })
/** What a line may not go through: icons and words, but for the icons at its ends. */
const walls = (sheet: Sheet, { source, target }: Edge): readonly (readonly [string, Rect])[] =>
  all(sheet).flatMap((vertex): readonly (readonly [string, Rect])[] => {
    const words = [`the words of ${vertex.id}`, wordsOf(vertex)] as const
    return vertex.isContainer || vertex.id === source || vertex.id === target
      ? [words]
      : [words, [vertex.id, vertex.area]]
  })
const labelOf = ({ at, label }: Edge): Rect => {
  const w = label.length * 5.5
  return { x: at.x - w / 2, y: at.y - 7, w, h: 14 }
}

describe.each(GRAPHS)('the picture of %s', (_, graphOfIt) => {
  const graph = graphOfIt()
  const picture = pictureOf(graph, ABOUT)
  const sheet = readSheet(drawioOf(picture))

  test('has an id for each cell, each once', () => {
    expect(new Set(sheet.ids).size).toBe(sheet.ids.length)
    expect(sheet.ids).not.toContain('')
  })

  test('is the same each time', () => {
    expect(drawioOf(pictureOf(graphOfIt(), ABOUT))).toBe(drawioOf(picture))
  })

  test('leaves no resource out', () => {
    const drawn = new Set(picture.boxes.flatMap(({ addresses }) => addresses))
    expect([...graph.nodes.keys()].filter((address) => !drawn.has(address))).toEqual([])
    expect([...drawn].filter((address) => !graph.nodes.has(address))).toEqual([])
  })

  test('says what each icon stands for', () => {
    const silent = all(sheet).filter(({ lines, id }) => lines.join('').trim() === '' && id !== '')
    expect(silent.map(({ id }) => id)).toEqual([])
    for (const { id, addresses } of picture.boxes) {
      const words = sheet.vertices.get(id)!.lines.join(' ')
      const types = Map.groupBy(addresses, (address) => address.split('/')[0])
      for (const many of types.values()) if (many.length > 1) expect(words).toContain(String(many.length))
    }
  })

  test('keeps children in their containers, words and all', () => {
    const out = all(sheet).filter((vertex) => {
      const outer = sheet.vertices.get(vertex.parent)
      return outer !== undefined && !(inside(vertex.area, outer.area) && inside(wordsOf(vertex), outer.area))
    })
    expect(out.map(({ id }) => id)).toEqual([])
    const page = { x: 0, y: 0, ...sheet.size }
    expect(all(sheet).filter((vertex) => !inside(vertex.area, page) || !inside(wordsOf(vertex), page))).toEqual([])
    expect(sheet.edges.filter((edge) => !pieces(edge).every((piece) => inside(piece, page)))).toEqual([])
  })

  test('lays nothing over another', () => {
    const siblings = [...Map.groupBy(all(sheet), ({ parent }) => parent).values()].flatMap(pairs)
    const areas = siblings.filter(([one, other]) => overlap(one.area, other.area))
    expect(areas.map(([one, other]) => [one.id, other.id])).toEqual([])
    const solid = all(sheet).flatMap((vertex) => [
      ...(vertex.isContainer ? [] : [{ id: vertex.id, of: vertex.id, area: vertex.area }]),
      { id: `the words of ${vertex.id}`, of: vertex.id, area: wordsOf(vertex) },
    ])
    const over = pairs(solid).filter(([one, other]) => one.of !== other.of && overlap(one.area, other.area))
    expect(over.map(([one, other]) => [one.id, other.id])).toEqual([])
  })

  test('ends each line at the border of a cell that is there, on the level or upright', () => {
    for (const { id, source, target, points, style } of sheet.edges) {
      expect(style.get('edgeStyle')).toBe('orthogonalEdgeStyle')
      for (const [name, end] of [
        [source, points[0]!],
        [target, points.at(-1)!],
      ] as const) {
        const { x, y, w, h } = sheet.vertices.get(name)!.area
        const borders = [end.x - x, end.x - x - w, end.y - y, end.y - y - h]
        expect([id, Math.min(...borders.map(Math.abs)) < 0.1]).toEqual([id, true])
        expect([id, inside({ ...end, w: 0, h: 0 }, { x: x - 0.1, y: y - 0.1, w: w + 0.2, h: h + 0.2 })]).toEqual([
          id,
          true,
        ])
      }
    }
    const slanted = sheet.edges.filter((edge) => pieces(edge).some(({ w, h }) => w > 0.1 && h > 0.1))
    expect(slanted.map(({ id }) => id)).toEqual([])
  })

  test('leads lines round icons and words', () => {
    const through = sheet.edges.flatMap((edge) =>
      walls(sheet, edge)
        .filter(([, wall]) => pieces(edge).some((piece) => overlap(piece, wall)))
        .map(([id]) => `${edge.source} -> ${edge.target} through ${id}`),
    )
    expect(through).toEqual([])
  })

  test('puts the words of lines where nothing else stands', () => {
    const labelled = sheet.edges.filter(({ label }) => label !== '')
    const covered = labelled.flatMap((edge) =>
      walls(sheet, { ...edge, source: '', target: '' })
        .filter(([, wall]) => overlap(labelOf(edge), wall))
        .map(([id]) => `${edge.label} over ${id}`),
    )
    expect(covered).toEqual([])
    const twice = pairs(labelled).filter(([one, other]) => overlap(labelOf(one), labelOf(other)))
    expect(twice.map(([one, other]) => [one.id, other.id])).toEqual([])
  })

  test('says of every line what it is, itself or by the line it runs with', () => {
    const said = picture.ways.filter(({ caption }) => caption !== null)
    const silent = picture.ways.filter(
      (way) =>
        way.label !== '' &&
        !said.some(({ label, from, to }) => label === way.label && (from === way.from || to === way.to)),
    )
    expect(silent.map(({ from, to, label }) => `${from} -> ${to}: ${label}`)).toEqual([])
  })

  test("uses draw.io's names of shapes", () => {
    const { wrappers, groups, services, resources } = shapes
    const known: Readonly<Record<string, readonly string[]>> = {
      shape: [...wrappers, ...resources],
      ...{ grIcon: groups, resIcon: services },
    }
    const used = all(sheet).flatMap(({ style }) =>
      Object.keys(known).flatMap((key) => (style.has(key) ? [[key, style.get(key)!] as const] : [])),
    )
    const unknown = used.filter(([key, name]) => !known[key]?.some((one) => name === `mxgraph.aws4.${one}`))
    expect(unknown).toEqual([])
    expect(used.length).toBeGreaterThan(0)
  })
})

describe('the lines', () => {
  const linesOf = (more: object): readonly string[] =>
    pictureOf(graphOf(more), ABOUT).ways.map(({ from, to, label }) => `${short(from)} -> ${short(to)}: ${label}`)
  const short = (id: string): string => id.replace(/ of .*$/, '').replaceAll('ec2:subnet/', '')

  test('follow the traffic of the shop', () => {
    expect(linesOf(EVERYTHING)).toEqual([
      'visitors -> ec2:internet-gateway/main: HTTP 80',
      'ec2:internet-gateway/main -> elbv2:load-balancer/web: HTTP 80',
      'elbv2:load-balancer/web -> autoscaling:group/web@public-a: HTTP 80',
      'elbv2:load-balancer/web -> autoscaling:group/web@public-b: HTTP 80',
      'admin -> ec2:internet-gateway/main: SSH 22',
      'ec2:internet-gateway/main -> ec2:instance/bastion: SSH 22',
      'autoscaling:group/web@public-a -> rds:instance/main: PostgreSQL 5432',
      'autoscaling:group/web@public-b -> rds:instance/main: PostgreSQL 5432',
      'ec2:instance/bastion -> rds:instance/main: PostgreSQL 5432',
      'autoscaling:group/web@public-a -> efs:mount-target/a: NFS 2049',
      'autoscaling:group/web@public-b -> efs:mount-target/b: NFS 2049',
      'autoscaling:group/web@public-a -> all ec2:vpc-endpoint: HTTPS 443',
      'all ec2:vpc-endpoint -> s3:bucket/assets: HTTPS 443',
      'all ec2:vpc-endpoint -> dynamodb:table/sessions: HTTPS 443',
      'autoscaling:group/web@public-b -> all ec2:vpc-endpoint: HTTPS 443',
      'private-a -> ec2:nat-gateway/a: outbound',
      'private-b -> ec2:nat-gateway/a: outbound',
      'ec2:nat-gateway/a -> ec2:internet-gateway/main: outbound',
      'ec2:internet-gateway/main -> internet: outbound',
      'efs:mount-target/a -> efs:file-system/main: ',
      'efs:mount-target/b -> efs:file-system/main: ',
      'all cloudwatch:alarm -> sns:topic/alerts: alarms',
      'sns:topic/alerts -> sns:subscription/email: notifies',
      'kms:key/alerts -> sns:topic/alerts: encrypts',
      'ec2:flow-log/vpc -> all logs:log-group: flow logs',
    ])
  })

  test('name both ports where a certificate is, and the one behind it', () => {
    const lines = linesOf({ edge: { certificateArn: ARN } })
    expect(lines).toContain('visitors -> ec2:internet-gateway/main: HTTP 80, HTTPS 443')
    expect(lines).toContain('elbv2:load-balancer/web -> autoscaling:group/web@public-a: HTTP 80')
  })

  test('lead private web servers out by the NAT gateway of their route table', () => {
    const web = { placement: 'private' }
    expect(linesOf({ web })).toContain('autoscaling:group/web@private-b -> ec2:nat-gateway/a: outbound')
    const each = linesOf({ web, network: { nat: 'per-az' } })
    expect(each).toContain('autoscaling:group/web@private-b -> ec2:nat-gateway/b: outbound')
    expect(linesOf({ network: { nat: 'none' } }).filter((line) => line.includes('outbound'))).toEqual([])
  })

  test('show nobody who may not come in', () => {
    expect(linesOf({}).filter((line) => line.includes('admin') || line.includes('SSH'))).toEqual([])
    expect(linesOf({}).filter((line) => line.includes('notifies'))).toEqual([])
  })
})

test('where web servers stand is where they are drawn', () => {
  const inZone = (sheet: Sheet, server: string): string => {
    const frame = sheet.vertices.get(sheet.vertices.get(server)!.parent)!
    return frame.parent
  }
  const open = sheetOf(graphOf())
  expect(inZone(open, 'autoscaling:group/web@ec2:subnet/public-a')).toBe('ec2:subnet/public-a')
  const closed = sheetOf(graphOf({ web: { placement: 'private' }, network: { availabilityZones: 3 } }))
  expect(inZone(closed, 'autoscaling:group/web@ec2:subnet/private-c')).toBe('ec2:subnet/private-c')
  expect(closed.vertices.get('ec2:subnet/private-c')!.parent).toBe('zone us-east-1c')
  expect(closed.vertices.get('zone us-east-1c')!.parent).toBe('ec2:vpc/main')
})

test('a name cannot break the file', () => {
  const nasty = { stack: 'a<b>&"c', blueprint: '<script>', region: 'x&y' }
  const sheet = readSheet(drawioOf(pictureOf(graphOf(), nasty)))
  expect(sheet.vertices.get('title')!.lines).toEqual(['a&lt;b&gt;&amp;&quot;c in x&amp;y'])
})
