import type { Facts } from '../aws/facts.ts'
import type { Config } from '../config/schema.ts'
import type { Graph } from '../engine/graph.ts'

/** What every part of a blueprint draws from, and draws into. */
export interface Draft {
  readonly graph: Graph
  readonly config: Config
  readonly facts: Facts
  /** The stack id. */
  readonly stack: string
}
