import { GENERATION } from './generation.ts'
import type { Live } from './resource.ts'

export const idsOf = (things: readonly Live[]): string => things.map(({ id }) => id).join(' and ')

/** What is said of an address that is wanted, and that more than one thing claims, or one that we did not make. */
export function claimsOf(twins: readonly Live[]): string {
  if (twins.length === 1) {
    return `${idsOf(twins)} carries this address, but is not as this tool made it (\`${GENERATION}\` does not fit it). Delete it, or take its \`ecom-infra:\` tags off.`
  }
  return `${crowd(twins)} Delete ${twins.length === 2 ? 'the one that is' : 'those that are'} not in use.`
}

/** The same of an address that is wanted no more. Whatever still carries it when only one is left goes with the next run. */
export const straysOf = (twins: readonly Live[]): string =>
  `${crowd(twins)} It is no longer wanted: take the \`ecom-infra:\` tags off what has to stay, or delete what may go.`

const crowd = (twins: readonly Live[]): string =>
  `${twins.length === 2 ? 'two' : twins.length} live resources carry this address: ${idsOf(twins)}.`
