import type { Address } from '../engine/ref.ts'
import { UNKNOWN } from '../engine/ref.ts'
import type { Asked } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { claim, STACK } from './ownership.ts'

interface Named {
  readonly id: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}

/** The name that an asked spec gives, when it is known. */
const nameIn = ({ spec }: Asked): string | null => {
  const name = (spec as { readonly name?: unknown } | null)?.name
  return typeof name === 'string' && name !== UNKNOWN ? name : null
}

/** Every name that the asked specs give. */
export const wantedNames = (asked: readonly Asked[]): readonly string[] => [
  ...new Set(asked.flatMap((one) => nameIn(one) ?? [])),
]

/** Every name worth a look where the name is the id: what the specs say, and what the manifest remembers. */
export const namesAsked = (asked: readonly Asked[]): readonly string[] => [
  ...new Set([...wantedNames(asked), ...asked.flatMap(({ id }) => id ?? [])]),
]

/** Who asks for this very thing: by the remembered id, else by the name. */
export const askerOf = ({ id, name }: Named, asked: readonly Asked[]): Asked | undefined =>
  asked.find((one) => one.id === id) ?? asked.find((one) => nameIn(one) === name)

/**
 * Whose a thing with a unique name is: `claim` decides by its tags, and its address is that of who asks for the name.
 * `bare` says whether one without a stack's tag is ours when it stands under the asked name.
 */
export function claimNamed(
  ctx: Ctx,
  thing: Named,
  asked: readonly Asked[],
  bare: (asker: Asked) => boolean = () => false,
): { readonly address: Address; readonly ours: boolean } {
  const asker = askerOf(thing, asked)
  const claimed = claim(ctx, thing.id, thing.tags, asked)
  const adopted = asker !== undefined && thing.tags[STACK] === undefined && bare(asker)
  return { address: asker?.address ?? claimed.address, ours: claimed.ours || adopted }
}
