import { expect, test } from 'vitest'
import { connectionsOf } from '../../src/blueprints/parts/alarms.ts'

/** memory / 9,531,392 connections, at most 5,000, of which three fifths: AWS's formula, worked out by hand. */
test.each([
  ['db.t3.micro', 67],
  ['db.t4g.small', 135],
  ['db.m7g.large', 540],
  ['db.r6g.2xlarge', 2_162],
  ['db.m5.24xlarge', 3_000],
])('%s is tight from %i connections on', (instanceClass, connections) => {
  expect(connectionsOf(instanceClass)).toBe(connections)
})
