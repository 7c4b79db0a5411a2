import { expect, test } from 'vitest'
import { typicalSeconds } from '../../src/app/estimate.ts'
import type { Step } from '../../src/engine/steps.ts'
import { autoScalingGroup } from '../../src/resources/autoscaling/group.ts'
import { dbInstance } from '../../src/resources/rds/instance.ts'
import { change, live, planOf, step } from '../report/steps.ts'

const NOTHING = { resources: new Map(), announced: new Map() }

/** An update of this field alone. */
function updating(type: unknown, field: string): number {
  const changes = [change(field, 1, 2)]
  const wish = step('a:b/c', { action: 'update', live: live('x'), changes })
  return typicalSeconds(planOf({ ...wish, type: type as Step['type'] }), NOTHING)
}

test('a change that is a few calls takes a moment', () => {
  expect(updating(autoScalingGroup, 'maxSize')).toBeLessThan(5)
  expect(updating(dbInstance, 'backupRetentionDays')).toBeLessThan(5)
})

test('a roll-out of servers, and another class of the database, take their minutes', () => {
  expect(updating(autoScalingGroup, 'templateVersion')).toBeGreaterThanOrEqual(600)
  expect(updating(dbInstance, 'instanceClass')).toBeGreaterThanOrEqual(600)
})
