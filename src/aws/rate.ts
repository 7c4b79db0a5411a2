import { isMutating } from './operations.ts'
import type { Service } from './service.ts'
import { pace, pause } from './wait.ts'

/** Calls that may be made at once, and how many more become possible each second. */
interface Rate {
  readonly burst: number
  readonly perSecond: number
}

const ENDPOINTS: Rate = { burst: 4, perSecond: 0.3 }
const RUN: Rate = { burst: 5, perSecond: 2 }
const NAT: Rate = { burst: 10, perSecond: 1 }
const LOGS: Rate = { burst: 5, perSecond: 5 }
const TABLE_TAGS: Rate = { burst: 10, perSecond: 10 }

/** The published rates of aws-behaviours.md 0.2 that are narrower than their service's. */
const OPERATIONS: Readonly<Record<string, Rate>> = {
  'ec2:CreateVpcEndpoint': ENDPOINTS,
  'ec2:ModifyVpcEndpoint': ENDPOINTS,
  'ec2:DeleteVpcEndpoints': ENDPOINTS,
  'ec2:RunInstances': RUN,
  'ec2:StartInstances': RUN,
  'ec2:CreateNatGateway': NAT,
  'ec2:DeleteNatGateway': NAT,
  'ec2:CreateTags': { burst: 100, perSecond: 10 },
  'ec2:DeleteTags': { burst: 100, perSecond: 10 },
  'logs:CreateLogGroup': LOGS,
  'logs:DeleteLogGroup': LOGS,
  'logs:DescribeLogGroups': LOGS,
  'dynamodb:ListTagsOfResource': TABLE_TAGS,
}

/** Per operation, unless a narrower rate is known. IAM, ELB and the rest publish none: these are careful guesses. */
const SERVICES: Partial<Readonly<Record<Service, { readonly read: Rate; readonly change: Rate }>>> = {
  ec2: { read: { burst: 100, perSecond: 20 }, change: { burst: 50, perSecond: 5 } },
  elbv2: { read: { burst: 40, perSecond: 10 }, change: { burst: 20, perSecond: 5 } },
  iam: { read: { burst: 60, perSecond: 20 }, change: { burst: 20, perSecond: 10 } },
}

const rateOf = (service: Service, operation: string): Rate | undefined =>
  OPERATIONS[`${service}:${operation}`] ?? SERVICES[service]?.[isMutating(operation) ? 'change' : 'read']

/** Token buckets, one for each operation with a published rate, so that a wide run is not throttled. */
export class Rates {
  readonly #buckets = new Map<string, { level: number; at: number }>()

  /** Returns when the operation may be called. Rests on the one clock, ended by the signal. */
  async take(service: Service, operation: string, signal: AbortSignal): Promise<void> {
    const rate = rateOf(service, operation)
    if (!rate) return
    const key = `${service}:${operation}`
    const now = performance.now()
    const bucket = this.#buckets.get(key) ?? { level: rate.burst, at: now }
    const refilled = bucket.level + ((now - bucket.at) / 1000 / pace()) * rate.perSecond
    // The level may go below zero: that is the queue, and each waits for its own place in it.
    const level = Math.min(rate.burst, refilled) - 1
    this.#buckets.set(key, { level, at: now })
    if (level < 0) await pause(-level / rate.perSecond, signal)
  }
}
