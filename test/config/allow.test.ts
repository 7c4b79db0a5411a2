import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withSshCidr } from '../../src/config/allow.ts'
import { checkConfig } from '../../src/config/check.ts'
import { renderConfig } from '../../src/config/write.ts'

const CIDR = '203.0.113.9/32'
const sources = (text: string): unknown => (parse(text) as { access: { sshCidrs: unknown } }).access.sshCidrs

/** What the edit has put in: the rest has to be there to the letter. */
function added(before: string): string {
  const after = withSshCidr(before, CIDR)
  let head = 0
  while (head < before.length && before[head] === after[head]) head++
  const tail = before.length - head
  expect(after.slice(after.length - tail)).toBe(before.slice(head))
  return after.slice(head, after.length - tail)
}

describe('one more network in the config', () => {
  test.each([
    ['an empty list', 'access:\n  sshCidrs: []   # who may SSH\n', [CIDR]],
    ['a list on one line', "access: { sshCidrs: ['10.0.0.0/8'] } # ours\n", ['10.0.0.0/8', CIDR]],
    ['a list of lines', 'access:\n  sshCidrs:\n    - 10.0.0.0/8   # home\n  # more\nweb: {}\n', ['10.0.0.0/8', CIDR]],
    ['a list at the end, without a line break', 'access:\n  sshCidrs:\n  - 10.0.0.0/8', ['10.0.0.0/8', CIDR]],
    ['access without it', 'access:\n  allowWorldSsh: false # no\nname: shop\n', [CIDR]],
    ['access on one line', 'access: { allowWorldSsh: false }\n', [CIDR]],
    ['no access at all', 'name: shop # ours\n# the end\n', [CIDR]],
    ['JSON', '{\n  "name": "shop",\n  "access": {\n    "sshCidrs": []\n  }\n}\n', [CIDR]],
    ['JSON without it', '{\n  "name": "shop"\n}\n', [CIDR]],
  ])('in %s, with nothing else changed', (_, text, want) => {
    expect(added(text)).toContain(CIDR)
    const after = withSshCidr(text, CIDR)
    expect(sources(after)).toEqual(want)
    expect({ ...(parse(after) as object), access: null }).toEqual({ ...(parse(text) as object), access: null })
    if (text.startsWith('{')) expect(() => JSON.parse(after)).not.toThrow()
  })

  test('in what the wizard has written', () => {
    const checked = checkConfig({ name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' })
    if (!checked.ok) throw new Error('the sample is wrong')
    expect(added(renderConfig(checked.config, '/tmp/ecom-infra.yaml'))).toBe(CIDR)
  })

  test.each([
    ['an empty mapping', 'name: shop # ours\naccess: {}\n', [CIDR]],
    [
      'a list that is named elsewhere',
      'home: &home [10.0.0.0/8]\naccess:\n  sshCidrs: *home # us\n',
      ['10.0.0.0/8', CIDR],
    ],
  ])('in %s, with its comments', (_, text, want) => {
    const after = withSshCidr(text, CIDR)
    expect(sources(after)).toEqual(want)
    expect(after).toContain(/#.*/.exec(text)?.[0])
    if (text.includes('home')) expect((parse(after) as { home: unknown }).home).toEqual(['10.0.0.0/8'])
  })
})
