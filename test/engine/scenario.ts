import fc from 'fast-check'
import { Graph, type Handle } from '../../src/engine/graph.ts'
import type { Call, Fault, Weather } from './weather.ts'
import { KIND_NAMES, KINDS, type KindName, type Out, spec, type World } from './world.ts'

/** One resource at one time. The picks are indices into the resources that come before it in the registry's order. */
export interface Sketch {
  readonly kind: KindName
  readonly wanted: boolean
  readonly zone: string
  readonly size: number
  readonly homes: readonly number[]
  readonly targets: readonly number[]
  readonly loose: readonly number[]
}

/** A run that has bad luck: where it dies, in which weather, and what has happened before it. */
export interface Trouble {
  /** Which of the graphs it is asked for; null: a teardown. */
  readonly graph: number | null
  readonly killAt: number
  readonly seed: number
  /** Of a hundred calls, how many fail. */
  readonly faults: number
  readonly lag: boolean
  readonly forget: boolean
  /** Seconds that pass before it. */
  readonly pause: number
  /** A stranger deletes one of those that nothing needs. */
  readonly vanish: boolean
}

const picks = (max: number) => fc.array(fc.nat(30), { maxLength: max })

const sketch = (kind: KindName): fc.Arbitrary<Sketch> =>
  fc.record({
    kind: fc.constant(kind),
    wanted: fc.nat(4).map((n) => n > 0),
    zone: fc.constantFrom('a', 'a', 'a', 'b'),
    size: fc.nat(2),
    homes: picks(2),
    targets: picks(2),
    loose: picks(1),
  })

/** The same resources at several times: some are added or removed, and fields change. */
export const graphs = (versions: number, max = 9): fc.Arbitrary<readonly (readonly Sketch[])[]> =>
  fc
    .array(fc.constantFrom(...KIND_NAMES), { minLength: 1, maxLength: max })
    .map((kinds) => kinds.toSorted((a, b) => KIND_NAMES.indexOf(a) - KIND_NAMES.indexOf(b)))
    .chain((kinds) => fc.tuple(...Array.from({ length: versions }, () => fc.tuple(...kinds.map(sketch)))))

export const troubles = (versions: number): fc.Arbitrary<readonly Trouble[]> =>
  fc.array(
    fc.record({
      graph: fc.oneof({ weight: 6, arbitrary: fc.nat(versions - 1) }, { weight: 1, arbitrary: fc.constant(null) }),
      killAt: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 150 }), fc.constant(1e9)),
      seed: fc.nat(),
      faults: fc.constantFrom(0, 0, 5, 15),
      lag: fc.boolean(),
      forget: fc.nat(5).map((n) => n === 0),
      pause: fc.constantFrom(0, 0, 5, 100),
      vanish: fc.nat(5).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 4 },
  )

/** The graph that is meant: what is not wanted is left out, with the mentions of it. */
export function draw(world: World, sketches: readonly Sketch[]): Graph {
  const graph = new Graph()
  const part = graph.layer('Network')
  const handles: (Handle<Out> | null)[] = []
  sketches.forEach((one, index) => {
    const chosen = (picked: readonly number[], field: 'id' | 'label' = 'id') =>
      [...new Set(picked.map((pick) => pick % (index + 1)))].flatMap((pick) => handles[pick]?.ref(field) ?? [])
    const fleets = handles.filter((handle, at) => handle && sketches[at]?.kind === 'fleet')
    const [parent] = fleets
    const orphan = one.kind === 'rule' && !parent
    const homes = one.kind === 'rule' && parent ? [parent.ref('id', 'ready')] : chosen(one.homes)
    const { size, zone, targets, loose } = one
    const whole = spec({ size, zone, homes, targets: chosen(targets), loose: chosen(loose, 'label') })
    handles.push(one.wanted && !orphan ? part.add(world.types[one.kind], `n${index}`, whole) : null)
  })
  return graph
}

/** A small random number generator, so that a failure can be repeated (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const FAULTS: readonly Fault[] = ['refused', 'lost-before', 'lost-after', 'lost-after']

/** Things known by tags may be hidden for up to a minute, others for as long as the engine looks for them. */
const hiddenFor = (type: string): number => {
  const kind = KIND_NAMES.find((name) => KINDS[name].type === type)
  return kind && KINDS[kind].about.identity === 'tags' ? 59 : 29
}

export function bad({ seed, faults, lag }: Pick<Trouble, 'seed' | 'faults' | 'lag'>): Weather {
  const roll = dice(seed)
  const pick = (): Fault => FAULTS[Math.floor(roll() * FAULTS.length)] ?? 'refused'
  return {
    latency: () => roll() * 0.4,
    hidden: (type) => (lag ? roll() * hiddenFor(type) : 0),
    late: () => (lag ? roll() * 20 : 0),
    fault: (_: Call) => (roll() * 100 < faults ? pick() : null),
  }
}
