import { nameOf } from '../../aws/names.ts'
import type { Handle } from '../../engine/graph.ts'
import { type TableOut, table } from '../../resources/dynamodb/table.ts'
import type { Draft } from '../blueprint.ts'

/** Sessions of the site's visitors: they expire by themselves. */
export function sessions({ graph, config, stack }: Draft): Handle<TableOut> {
  return graph.layer('Data').add(table, 'sessions', {
    name: nameOf(stack, 'sessions', 255),
    hashKey: { name: 'sessionId', type: 'S' },
    ...{ billing: 'PAY_PER_REQUEST', ttlAttribute: 'expiresAt', encryption: 'KMS', pointInTimeRecovery: true },
    deletionProtection: config.protect,
  })
}
