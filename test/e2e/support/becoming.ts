import { expect } from 'vitest'
import { astray, type Changes, type Document, type Stack, status, up } from './stack.ts'

/** Applies a change of the config; afterwards nothing is left to do. */
export async function become(stack: Stack, changes: Changes): Promise<Document> {
  stack.configure(changes)
  const done = await up(stack)
  expect(done.failures).toEqual([])
  expect(astray(await status(stack))).toEqual([])
  return done
}

export interface Step {
  readonly address: string
  readonly action: string
  readonly changes: readonly { readonly path: string; readonly from: unknown; readonly to: unknown }[]
}

/** What `up` would do, by address; what would stay as it is left out. */
export async function planOf(stack: Stack, changes: Changes): Promise<Readonly<Record<string, Step>>> {
  stack.configure(changes)
  stack.account.proxy.reset()
  const { steps } = await stack.json<{ steps: readonly Step[] }>(['up', '--dry-run'])
  expect(stack.account.proxy.report().changes).toBe(0)
  return Object.fromEntries(steps.filter(({ action }) => action !== 'none').map((step) => [step.address, step]))
}
