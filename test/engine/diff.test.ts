import { describe, expect, test } from 'vitest'
import { asSet, diff } from '../../src/engine/diff.ts'
import { GENERATION, generationOf, isWanted, tagsWanted } from '../../src/engine/generation.ts'
import { UNKNOWN } from '../../src/engine/ref.ts'
import type { AnyType, Live } from '../../src/engine/resource.ts'
import { World } from './world.ts'

const group = new World().types.group as unknown as AnyType
const type: AnyType = {
  ...group,
  fields: { name: 'immutable', zones: 'mutable', policy: 'mutable', version: 'mutable', image: 'initial' },
  same: { zones: asSet, version: (want: string, have: string) => have.startsWith(want) },
}
const spec = {
  name: 'n',
  zones: ['a', 'b'],
  policy: { allow: { read: true, write: false } },
  version: '16',
  image: 'x',
}
const live = (parts: object = {}, tags: Live['tags'] = {}): Live => ({
  ...{ address: 't/x', id: 'i', ours: true, spec: { ...spec, ...parts }, tags, out: {} },
})
const paths = (parts: object, want: object = spec) =>
  diff(type, want, {}, live(parts)).map(({ path, from, to, change }) => [path, from, to, change])

describe('the difference', () => {
  test('is nothing when all is as wanted', () => expect(paths({})).toEqual([]))

  test('says field, both values, and whether it may change', () => {
    expect(paths({ name: 'm' })).toEqual([['name', 'm', 'n', 'immutable']])
  })

  test('goes down to the setting that differs', () => {
    expect(paths({ policy: { allow: { read: true, write: true, own: 1 } } })).toEqual([
      ['policy.allow.write', true, false, 'mutable'],
      ['policy.allow.own', 1, null, 'mutable'],
    ])
  })

  test('lets a type say what is the same: a set, a version', () => {
    expect(paths({ zones: ['b', 'a'], version: '16.8' })).toEqual([])
    expect(paths({ zones: ['b', 'a', 'a'] })).toEqual([['zones', ['b', 'a', 'a'], ['a', 'b'], 'mutable']])
    expect(paths({ version: '15.2' })).toEqual([['version', '15.2', '16', 'mutable']])
  })

  test('never counts a field that is only given at birth', () => expect(paths({ image: 'y' })).toEqual([]))

  test('counts what is not known yet, however equal it may turn out', () => {
    expect(paths({ zones: ['a', UNKNOWN] }, { ...spec, zones: ['a', UNKNOWN] })).toHaveLength(1)
  })

  test('counts our tags, leaves others alone, and asks none of what has none', () => {
    const tags = (have: Live['tags']) => diff(type, spec, { ours: '1', Name: 'n' }, live({}, have))
    expect(tags({ ours: '2', theirs: 'x' })).toEqual([
      { path: 'tags.ours', field: 'tags', from: '2', to: '1', change: 'mutable' },
      { path: 'tags.Name', field: 'tags', from: null, to: 'n', change: 'mutable' },
    ])
    expect(tags({ ours: '1', Name: 'n', theirs: 'x' })).toEqual([])
    expect(tags(null)).toEqual([])
  })

  test('counts a tag that we have given up while it is there, and not when it has gone', () => {
    const tags = (have: Live['tags']) => diff(type, spec, { ours: '1', constructor: null, old: null }, live({}, have))
    expect(tags({ ours: '1', old: '', theirs: 'x' })).toEqual([
      { path: 'tags.old', field: 'tags', from: '', to: null, change: 'mutable' },
    ])
    expect(tags({ ours: '1', theirs: 'x' })).toEqual([])
    expect(tags(null)).toEqual([])
  })
})

describe('a set', () => {
  test('has no order, but counts', () => {
    expect(asSet([{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }])).toBe(true)
    expect(asSet(['a', 'a', 'b'], ['a', 'b', 'b'])).toBe(false)
  })
})

describe('a generation', () => {
  const first: AnyType = { ...type, about: { ...type.about, replaceBy: 'create-first' } }

  test('is made of the immutable fields, and of nothing else', () => {
    expect(generationOf(first, spec)).toMatch(/^[0-9a-f]{6}$/)
    expect(generationOf(first, { ...spec, version: '17', image: 'z' })).toBe(generationOf(first, spec))
    expect(generationOf(first, { ...spec, name: 'm' })).not.toBe(generationOf(first, spec))
  })

  test('is unknown while a field is', () => expect(generationOf(first, { ...spec, name: UNKNOWN })).toBeNull())

  test('is a tag of what may live beside its successor, and of nothing else', () => {
    expect(tagsWanted(first, spec, { a: 'b' })).toEqual({ a: 'b', [GENERATION]: generationOf(first, spec) })
    const other: AnyType = { ...type, about: { ...type.about, replaceBy: 'delete-first' } }
    expect(tagsWanted(other, spec, { a: 'b', c: null })).toEqual({ a: 'b', c: null })
  })

  test('is told by its tag, and by the fields when a stranger has taken the tag off', () => {
    const tag = { [GENERATION]: generationOf(first, spec) ?? '' }
    expect(isWanted(first, spec, live({}, tag))).toBe(true)
    expect(isWanted(first, { ...spec, name: 'm' }, live({}, tag))).toBe(false)
    expect(isWanted(first, spec, live({ version: '1' }, {}))).toBe(true)
    expect(isWanted(first, { ...spec, name: 'm' }, live({}, {}))).toBe(false)
  })
})
