import { entryOf } from '../engine/build.ts'
import { needsOf } from '../engine/leaving.ts'
import type { Address } from '../engine/ref.ts'
import { NO_CONSENT } from '../engine/steps.ts'
import { Journal } from '../state/journal.ts'
import type { Loaded } from '../state/load.ts'
import { appliedTags, observe, planFor } from './observe.ts'
import { knownOutputs } from './outputs.ts'
import { lockStack, releaseLock } from './run.ts'
import type { Session } from './session.ts'

export interface Rebuilt {
  readonly resources: readonly { readonly address: Address; readonly id: string }[]
  /** What was remembered and is not there any more. */
  readonly forgotten: readonly Address[]
  /** Why what was there could not be used; a copy of it is kept. */
  readonly damage: string | null
  /** False: nothing of the stack was found, nor any manifest of it. */
  readonly written: boolean
}

/** Writes the manifest anew from what is found in AWS by names and tags. No resource is touched. */
export async function rebuild(session: Session): Promise<Rebuilt> {
  const seen = await observe(session, { changes: true, thorough: true })
  // The record of a stack that never was would make one of it.
  if (seen.loaded.etag === null && !seen.sightings.some(({ live }) => live.ours)) {
    return { resources: [], forgotten: [], damage: null, written: false }
  }
  const held = await lockStack(session, 'state rebuild', seen.loaded)
  const journal = new Journal({ store: session.store, lease: held.lock, loaded: held.loaded })
  try {
    const plan = planFor(session, seen, seen.wanted, NO_CONSENT)
    const resources = plan.steps.flatMap((step) => {
      if (!step.live?.ours) return []
      journal.record(step.address, { ...entryOf(step, step.live), dependsOn: needsOf(step, plan) })
      return [{ address: step.address, id: step.live.id }]
    })
    const there = new Set(resources.map(({ address }) => address))
    const forgotten = [...seen.memory.resources.keys()].filter((address) => !there.has(address))
    for (const address of forgotten) journal.forget(address)
    journal.config(configOf(session, held.loaded))
    journal.outputs(knownOutputs(seen))
    await journal.close()
    return { resources, forgotten, damage: seen.loaded.damage?.problem.message ?? null, written: true }
  } finally {
    await journal.abandon()
    await releaseLock(session, held.lock)
  }
}

/** What was last applied stays so: looking has applied nothing. Where that is lost, it is what the config says. */
function configOf({ loaded: { config } }: Session, before: Loaded): object {
  const { manifest } = before
  return Object.keys(manifest.config).length > 0
    ? manifest.config
    : { ...config, tags: { ...appliedTags(before), ...config.tags } }
}
