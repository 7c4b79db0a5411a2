/** Words that commands need before anything heavy is loaded. */

export const CONFIG_FILE = 'ecom-infra.yaml'

/** Every blueprint of the contract, in the order in which they are offered. */
export const BLUEPRINTS = ['ecommerce', 'learning', 'platform', 'three-tier', 'serverless'] as const

export type Blueprint = (typeof BLUEPRINTS)[number]

/** Those that this version can build. The others are known by name, so that the refusal can say "not yet". */
export const AVAILABLE_BLUEPRINTS: readonly Blueprint[] = ['ecommerce']
