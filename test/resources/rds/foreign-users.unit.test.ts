import { RDSClient } from '@aws-sdk/client-rds'
import { expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import { dbParameterGroup } from '../../../src/resources/rds/parameter-group.ts'
import { dbSubnetGroup } from '../../../src/resources/rds/subnet-group.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { scripted } from '../../support/scripted.ts'
import { database } from './parts.ts'

const rds = scripted(RDSClient)
const OURS = { TagList: [{ Key: 'ecom-infra:stack', Value: 'shop-dev' }] }
/** With the same groups as ours, by `parts.ts`. */
const restored = database({ DBInstanceIdentifier: 'restored', TagList: [] })
const elsewhere = database({
  ...{ DBInstanceIdentifier: 'elsewhere', DBSubnetGroup: { DBSubnetGroupName: 'other' } },
  DBParameterGroups: [{ DBParameterGroupName: 'default.postgres16' }],
})

const live = { address: 'a:b/c', ours: true, spec: {}, tags: {}, out: {} } as unknown as Found<never, never>

test.each([
  ['subnet', dbSubnetGroup, 'shop-dev-main'],
  ['parameter', dbParameterGroup, 'shop-dev-main-abc123'],
] as const)(
  'a database that is not ours and uses the %s group is told before the first delete',
  async (_, type, id) => {
    const farewell = (...databases: object[]) => {
      rds.answers({ DescribeDBInstances: () => ({ DBInstances: databases }) })
      return type.farewell?.(fakeCtx(), { ...live, id })
    }
    expect(await farewell(database(OURS), elsewhere)).toEqual({ blockers: [], losses: [] })
    expect(await farewell(database(OURS), restored, elsewhere)).toEqual({
      blockers: ['the database restored uses it and does not belong to this stack: delete or move it'],
      losses: [],
    })
  },
)
