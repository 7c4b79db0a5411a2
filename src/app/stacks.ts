import { Declined } from '../engine/errors.ts'
import type { StackEntry } from '../report/state-text.ts'
import { eraseStack } from '../state/erase.ts'
import { lockKeyOf, manifestKeyOf } from '../state/keys.ts'
import { loadManifest } from '../state/load.ts'
import { outlast } from './doubt.ts'
import { lockStack, releaseLock } from './run.ts'
import type { Session } from './session.ts'

/** Every stack that has anything in the state bucket. One listing, and one read each. */
export async function listStacks(session: Session): Promise<readonly StackEntry[]> {
  const { store, identity } = session
  const { region } = session.loaded.config
  const keys = new Set((await store.list('')).map(({ key }) => key))
  const names = [...new Set([...keys].map((key) => key.split('/')[0] ?? ''))]
  const known = names.filter((stack) => keys.has(manifestKeyOf(stack)) || keys.has(lockKeyOf(stack))).sort()
  return Promise.all(
    known.map(async (stack) => {
      const { manifest, damage } = await loadManifest(store, stack, { account: identity.account, region })
      return {
        stack,
        blueprint: blueprintIn(manifest.config),
        resources: Object.keys(manifest.resources).length,
        savedAt: manifest.savedAt || null,
        locked: keys.has(lockKeyOf(stack)),
        damage: damage?.problem.message ?? null,
      }
    }),
  )
}

function blueprintIn(config: object): string | null {
  const { blueprint } = config as { readonly blueprint?: unknown }
  return typeof blueprint === 'string' ? blueprint : null
}

/** How many objects the state of this stack has; none: there is nothing to forget. */
export const stateObjects = async ({ store, stack }: Session): Promise<number> => (await store.list(`${stack}/`)).length

/** Forgets all that is stored of a stack. Its resources stay; a later run finds them by names and tags. */
export async function forgetStack(session: Session, agree: () => Promise<boolean>): Promise<void> {
  if (!(await agree())) throw new Declined('Nothing was forgotten.')
  const { store, stack, identity } = session
  const place = { account: identity.account, region: session.loaded.config.region }
  const held = await lockStack(session, 'state rm', await loadManifest(store, stack, place))
  try {
    await outlast(session, { loaded: held.loaded, dead: held.lock.predecessor })
    await eraseStack(store, stack)
  } finally {
    await releaseLock(session, held.lock)
  }
}
