import type { Part } from '../../src/engine/graph.ts'
import type { Plan } from '../../src/engine/steps.ts'
import { graphOf, type Options, World } from './world.ts'

export type Write = (part: Part, world: World) => void

/** What is planned for `after` when `before` stands. */
export async function planned(before: Write, after: Write, options: Options = {}): Promise<Plan> {
  const world = new World()
  await world.done(graphOf((part) => before(part, world)))
  return world.plan(
    graphOf((part) => after(part, world)),
    options,
  )
}
