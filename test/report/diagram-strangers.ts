import type { Graph } from '../../src/engine/graph.ts'
import type { ResourceType } from '../../src/engine/resource.ts'
import { graphOf } from './diagram-sheet.ts'

const never = () => Promise.reject(new Error('A picture does nothing.'))

const typeOf = (type: string): ResourceType<Record<string, unknown>, { id: string }, never> => ({
  ...{ type, fields: {}, read: never, create: never, destroy: never },
  about: {
    ...{ identity: 'name', usable: 'created', seconds: { create: 1, delete: 1 }, timeout: 1, holdsData: false },
    ...{ replaceBy: 'delete-first', ownership: 'own', actions: { read: [], create: [], sync: [], destroy: [] } },
  },
})

/** The shop with what later blueprints may bring, in every place that there is. */
export function strangers(): Graph {
  const graph = graphOf({ access: { sshCidrs: ['203.0.113.7/32'] } })
  const subnet = (name: string) => ({ $ref: `ec2:subnet/${name}` as const, field: 'id' })
  const vpcId = { $ref: 'ec2:vpc/main' as const, field: 'id' }
  for (const name of ['orders', 'mails', 'retries', 'letters', 'more'])
    graph.layer('Compute').add(typeOf('sqs:queue'), name, { name })
  for (const name of ['one', 'two']) graph.layer('Delivery').add(typeOf('codepipeline:pipeline'), name, { name })
  graph.layer('Data').add(typeOf('elasticache:cluster'), 'cache', { subnetId: subnet('private-b') })
  graph.layer('Data').add(typeOf('opensearch:domain-with-a-long-name'), 'search', {
    subnetIds: [subnet('private-a'), subnet('private-b')],
  })
  graph.layer('Edge').add(typeOf('wafv2:web-acl'), 'main', { name: 'main' })
  graph.layer('Network').add(typeOf('ec2:peering'), 'main', { vpcId })
  graph.layer('Access').add(typeOf('ec2:instance'), 'second', { instanceType: 't3.nano', subnetId: subnet('public-b') })
  graph.layer('Data').add(typeOf('x'), 'no-family', {})
  return graph
}
