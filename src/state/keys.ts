/** Where the state of an account and region lies. */
export interface StatePlace {
  readonly account: string
  readonly region: string
}

export const stateBucketOf = ({ account, region }: StatePlace): string => `ecom-infra-state-${account}-${region}`

export const manifestKeyOf = (stack: string): string => `${stack}/manifest.json`
export const lockKeyOf = (stack: string): string => `${stack}/lock.json`
/** Until when calls of dead runs may be on their way. */
export const arrivalKeyOf = (stack: string): string => `${stack}/arrival.json`
export const runsPrefixOf = (stack: string): string => `${stack}/runs/`
export const runKeyOf = (stack: string, started: string): string => `${runsPrefixOf(stack)}${started}.json`
/** Copies of manifests that could not be read, before they were replaced. */
export const damagedKeyOf = (stack: string, time: string): string => `${stack}/damaged/${time}.json`
