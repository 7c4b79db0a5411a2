import { afterAll, beforeAll, expect, it } from 'vitest'
import { faults } from '../support/faults.ts'
import { addressesOf, inventory, taggable } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status } from './support/stack.ts'

/** One seed of what `npm run test:faults` tries with twenty, and counts the calls of. Nothing here waits for long. */
const QUICK = { ECOM_INFRA_PACE: '0.005' }

let stack: Stack
beforeAll(async () => {
  stack = await openStack({}, QUICK)
})
afterAll(() => stack?.close())

it('up and down go through while every fifth call is throttled and every twentieth answer lost', async () => {
  const { proxy } = stack.account
  const storm = faults([
    { kind: 'throttle', aim: { chance: 0.2, seed: 1, reads: true } },
    { kind: 'reset-after', aim: { chance: 0.05, seed: 2, reads: true } },
  ])
  proxy.intercept(storm.intercept)
  const { failures } = await stack.json<Document>(['up', '--yes'])
  expect(failures).toEqual([])
  proxy.intercept(null)
  const now = await status(stack)
  expect(astray(now)).toEqual([])
  expect(addressesOf(await inventory(stack.raw))).toEqual(taggable(now.resources))
  proxy.intercept(storm.intercept)
  const { leftovers } = await stack.json<Document>(['down', '--yes', '--delete-data'])
  expect(leftovers).toEqual([])
  expect(addressesOf(await inventory(stack.raw))).toEqual([])
  const hits = storm.hits.map(({ kind }) => kind)
  expect(hits.filter((kind) => kind === 'throttle').length).toBeGreaterThan(100)
  expect(hits.filter((kind) => kind === 'reset-after').length).toBeGreaterThan(20)
})
