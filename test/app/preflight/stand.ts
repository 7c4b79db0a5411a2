import type { Facts } from '../../../src/aws/facts.ts'
import { draw } from '../../../src/blueprints/index.ts'
import { checkConfig } from '../../../src/config/check.ts'
import type { Config } from '../../../src/config/schema.ts'
import type { Sighting } from '../../../src/engine/look.ts'
import { plan } from '../../../src/engine/plan.ts'
import { NO_CONSENT } from '../../../src/engine/steps.ts'
import { types } from '../../../src/resources/index.ts'

const FACTS: Facts = {
  ...{ account: '123456789012', partition: 'aws', region: 'us-east-1', tls: true },
  images: { x86_64: 'ami-1', arm64: 'ami-2' },
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
}

export function configOf(more: object = {}): Config {
  const base = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' }
  const checked = checkConfig({ ...base, ...more })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return checked.config
}

/** The plan of a config for an account in which there is nothing of it, or only this. */
export function planOf(config: Config, sightings: readonly Sighting[] = []) {
  const graph = draw(config, FACTS)
  const memory = { resources: new Map(), announced: new Map() }
  return { graph, plan: plan({ graph, asked: graph, types, sightings, memory, consent: NO_CONSENT, tags: () => ({}) }) }
}
