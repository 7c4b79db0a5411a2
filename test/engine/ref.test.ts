import { describe, expect, test } from 'vitest'
import { edgesIn, isUnknown, type Ref, refsIn, resolve, text, UNKNOWN } from '../../src/engine/ref.ts'

const ref = (name: string, field = 'id'): Ref<string> => ({ $ref: `net:vpc/${name}`, field })

describe('references', () => {
  test('are found wherever they stand, in order', () => {
    const value = { a: ref('one'), list: [{ deep: ref('two') }], said: text`x${ref('three', 'arn')}y` }
    expect(refsIn(value).map(({ $ref }) => $ref)).toEqual(['net:vpc/one', 'net:vpc/two', 'net:vpc/three'])
    expect(refsIn(['plain', 1, null])).toEqual([])
  })

  test('make one edge for each resource, as strong as the strongest', () => {
    const weak: Ref = { ...ref('one'), need: 'created' }
    const strong: Ref = { ...ref('one'), need: 'ready' }
    const one = 'net:vpc/one'
    expect(edgesIn([ref('one'), ref('one', 'arn')])).toEqual([{ address: one, need: null }])
    expect(edgesIn([ref('one'), weak])).toEqual([{ address: one, need: 'created' }])
    expect(edgesIn([strong, weak])).toEqual([{ address: one, need: 'ready' }])
    expect(edgesIn([weak, strong])).toEqual([{ address: one, need: 'ready' }])
  })

  test('are replaced by what is known of them, in lists and texts too', () => {
    const lookup = ({ $ref, field }: Ref) => `${$ref}.${field}`
    const value = { id: ref('a'), all: [ref('b'), 7, null], arn: text`${ref('a', 'arn')}/*` }
    expect(resolve(value, lookup)).toEqual({
      ...{ id: 'net:vpc/a.id', all: ['net:vpc/b.id', 7, null], arn: 'net:vpc/a.arn/*' },
    })
  })

  test('that are unknown make a text unknown as a whole, and a value unknown in part', () => {
    const lookup = ({ $ref }: Ref) => ($ref === 'net:vpc/new' ? UNKNOWN : 'vpc-1')
    const value = resolve({ said: text`${ref('old')} and ${ref('new')}`, list: [ref('old'), ref('new')] }, lookup)
    expect(value).toEqual({ said: UNKNOWN, list: ['vpc-1', UNKNOWN] })
    expect(isUnknown(value)).toBe(true)
    expect(isUnknown({ list: ['vpc-1', null, 3] })).toBe(false)
  })

  test('survive being written down as JSON', () => {
    const value = { id: ref('a'), arn: text`${ref('a', 'arn')}/*` }
    expect(edgesIn(JSON.parse(JSON.stringify(value)))).toEqual(edgesIn(value))
  })
})
