import type { Facts } from '../aws/facts.ts'
import type { Config } from '../config/schema.ts'
import { Refused } from '../engine/errors.ts'
import { Graph } from '../engine/graph.ts'
import type { Draft } from './blueprint.ts'
import { ecommerce } from './ecommerce.ts'

const BLUEPRINTS: Readonly<Record<string, (draft: Draft) => void>> = { ecommerce }

/** Draws the graph of the config's blueprint. Pure: the same config and facts give the same graph. */
export function draw(config: Config, facts: Facts): Graph {
  const blueprint = BLUEPRINTS[config.blueprint]
  if (!blueprint)
    throw new Refused('NoBlueprint', `The blueprint ${config.blueprint} is not available in this version.`)
  const graph = new Graph()
  blueprint({ graph, config, facts, stack: `${config.name}-${config.environment}` })
  return graph
}
