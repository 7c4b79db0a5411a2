import { describe, expect, test } from 'vitest'
import { fill, hole } from '../../src/engine/fill.ts'
import { edgesIn, type Ref, resolve, UNKNOWN } from '../../src/engine/ref.ts'

const table: Ref<string> = { $ref: 'dynamodb:table/sessions', field: 'name' }
const host: Ref<string> = { $ref: 'rds:instance/main', field: 'host', need: 'ready' }

describe('a script with holes', () => {
  const script = `TABLE='${hole('table')}'\nURL="${hole('host')}:5432/${hole('table')}"\n`

  test('is filled by references, each as often as it is asked for', () => {
    const filled = fill(script, { table, host })
    const lookup = ({ $ref }: Ref) => ($ref === table.$ref ? 'shop-sessions' : 'db.example')
    expect(resolve(filled, lookup)).toBe(`TABLE='shop-sessions'\nURL="db.example:5432/shop-sessions"\n`)
    expect(edgesIn(filled)).toEqual([
      { address: table.$ref, need: null },
      { address: host.$ref, need: 'ready' },
    ])
  })

  test('is unknown as a whole until all of them are known', () => {
    expect(resolve(fill(script, { table, host: 'db.example' }), () => UNKNOWN)).toBe(UNKNOWN)
  })

  test('takes plain text to the letter', () => {
    const nasty = '$(touch pwned) {{table}} $& \\1'
    expect(resolve(fill(script, { table: nasty, host: '' }), String)).toBe(`TABLE='${nasty}'\nURL=":5432/${nasty}"\n`)
  })

  test('without any is itself', () => {
    expect(resolve(fill('echo $1 {}', {}), String)).toBe('echo $1 {}')
  })

  test('refuses a hole that nobody fills, however its name looks, and a value that nobody asked for', () => {
    expect(() => fill(script, { table })).toThrow('nobody fills: host')
    expect(() => fill(hole('toString'), {})).toThrow('nobody fills: toString')
    expect(() => fill(script, { table, host, bucket: 'b' })).toThrow('no hole for: bucket')
    expect(() => fill(`a${hole('table').slice(0, -1)}`, { table })).toThrow('does not end')
  })

  test('is plain data: a graph is JSON', () => {
    const filled = fill(script, { table, host })
    expect(JSON.parse(JSON.stringify(filled))).toEqual(filled)
  })
})
