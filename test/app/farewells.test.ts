import { expect, test } from 'vitest'
import { finalSnapshotOf, hindered, settled } from '../../src/app/farewells.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { Farewell } from '../../src/engine/resource.ts'
import { live, planOf, step } from '../report/steps.ts'

const at = new Date('2026-11-21T17:05:09.123Z')
const main: Address = 'rds:instance/main'
const said = new Map<Address, Farewell>([[main, { blockers: [], losses: [], spared: ['20 GB of storage'] }]])

test('a final snapshot is named by the stack, the resource and the time', () => {
  const name = finalSnapshotOf('shop-dev', main, at)
  expect(name).toBe('shop-dev-main-final-20261121170509')
  expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
})

test('what a final snapshot saves is told with its name, and hinders nothing', () => {
  const farewells = settled(said, { stack: 'shop-dev', deleteData: false, at })
  expect(farewells.get(main)).toEqual({
    ...{ blockers: [], losses: [] },
    spared: ['20 GB of storage: in the final snapshot shop-dev-main-final-20261121170509'],
  })
  const plan = planOf(step(main, { action: 'delete', live: live('db') }))
  expect(hindered(plan, farewells, { deleteData: false }).steps[0]?.action).toBe('delete')
})

test('where data may be deleted it is lost like the rest', () => {
  const farewells = settled(said, { stack: 'shop-dev', deleteData: true, at })
  expect(farewells.get(main)).toEqual({
    ...{ blockers: [], spared: [] },
    losses: ['20 GB of storage: no final snapshot is taken'],
  })
})
