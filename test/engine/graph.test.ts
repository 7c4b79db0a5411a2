import { describe, expect, test } from 'vitest'
import { Graph } from '../../src/engine/graph.ts'
import { spec, World } from './world.ts'

const { types } = new World()

describe('the graph', () => {
  test('makes an address of type and name, and an edge of a mention', () => {
    const graph = new Graph()
    const part = graph.layer('Network')
    const vpc = part.add(types.vpc, 'main', spec())
    const gate = part.add(types.gate, 'main', spec({ homes: [vpc.ref('id')] }))
    expect(gate.address).toBe('net:gate/main')
    expect(graph.nodes.get(gate.address)?.edges).toEqual([{ address: 'net:vpc/main', need: null }])
  })

  test('refuses an address that is taken', () => {
    const part = new Graph().layer('Network')
    part.add(types.vpc, 'main', spec())
    expect(() => part.add(types.vpc, 'main', spec())).toThrow('The blueprint declares net:vpc/main twice.')
  })

  test('refuses to mention, or to wait for, what is in another graph', () => {
    const stranger = new Graph().layer('Network').add(types.vpc, 'other', spec())
    const part = new Graph().layer('Network')
    const says = 'net:gate/main mentions net:vpc/other, which is not in the graph.'
    expect(() => part.add(types.gate, 'main', spec({ homes: [stranger.ref('id')] }))).toThrow(says)
    expect(() => part.add(types.gate, 'main', spec(), [stranger])).toThrow(says)
  })

  test('takes an order that no field expresses, without doubling the edge of a mention', () => {
    const graph = new Graph()
    const part = graph.layer('Network')
    const vpc = part.add(types.vpc, 'main', spec())
    const group = part.add(types.group, 'main', spec())
    part.add(types.gate, 'main', spec({ homes: [vpc.ref('id', 'ready')] }), [vpc, group])
    expect(graph.nodes.get('net:gate/main')?.edges).toEqual([
      { address: 'net:vpc/main', need: 'ready' },
      { address: 'net:group/main', need: null },
    ])
  })

  test('gives each part its layer and its place', () => {
    const graph = new Graph()
    graph.layer('Network').add(types.vpc, 'here', spec())
    graph.layer('Edge', { region: 'us-east-1', account: null }).add(types.vpc, 'there', spec())
    expect([...graph.nodes.values()].map(({ layer, place }) => [layer, place?.region])).toEqual([
      ['Network', undefined],
      ['Edge', 'us-east-1'],
    ])
  })
})
