import { FACTS_ACTIONS, type Facts } from '../aws/facts.ts'
import { iamPathOf } from '../aws/names.ts'
import type { PolicyDocument, PolicyStatement } from '../aws/policy.ts'
import { OFFER_ACTIONS } from '../aws/preflight-offers.ts'
import { QUOTA_ACTIONS } from '../aws/preflight-quotas.ts'
import { RIGHTS_ACTIONS } from '../aws/preflight-rights.ts'
import { SWEEP_ACTIONS } from '../aws/sweep/index.ts'
import { draw } from '../blueprints/index.ts'
import { type Config, stackId } from '../config/schema.ts'
import type { About, AnyType } from '../engine/resource.ts'
import { types } from '../resources/index.ts'
import { STATE_READS, STATE_REMOVAL, STATE_WRITES } from '../state/actions.ts'
import { stateBucketOf } from '../state/keys.ts'
import { tunnelStatements } from './tunnel-policy.ts'

export const POLICY_COMMANDS = ['up', 'status', 'down', 'ssh-bastion'] as const
export type PolicyCommand = (typeof POLICY_COMMANDS)[number]

/** A tunnel has statements of its own: it does not look at the stack as a whole. */
type StackCommand = Exclude<PolicyCommand, 'ssh-bastion'>

type Purpose = keyof About['actions']

/** What a command does with what is the stack's, beyond looking at all of it. */
const DEEDS: Readonly<Record<StackCommand, readonly Purpose[]>> = {
  status: [],
  // What has to be replaced, or is wanted no more, is deleted too.
  up: ['create', 'sync', 'destroy'],
  down: ['destroy'],
}

const BESIDE: Readonly<Record<StackCommand, readonly string[]>> = {
  status: [],
  // Without these, `up` says what it could not check beforehand.
  up: [...QUOTA_ACTIONS, ...OFFER_ACTIONS],
  down: SWEEP_ACTIONS,
}

const STATE: Readonly<Record<StackCommand, readonly string[]>> = {
  status: STATE_READS,
  up: [...STATE_READS, ...STATE_WRITES],
  down: [...STATE_READS, ...STATE_WRITES, ...STATE_REMOVAL],
}

/**
 * The least that these commands need for this config: what its types declare to call, bound to the stack's own names
 * where IAM lets one (roles, buckets, the state), and to its region where not. Calls nothing.
 */
export function leastPolicy(config: Config, commands: readonly PolicyCommand[]): PolicyDocument {
  const scope = scopeOf(config)
  const whole = commands.filter((command) => command !== 'ssh-bastion')
  const facts = whole.length > 0 ? FACTS_ACTIONS : []
  const all = new Set([...facts, ...whole.flatMap((command) => actionsOf(command, scope.drawn))])
  const state = new Set(whole.flatMap((command) => STATE[command]))
  const pick = (test: RegExp) => [...all].filter((action) => test.test(action)).sort()
  const service = /^iam:CreateServiceLinkedRole$/
  const wide = /^(iam:List(Roles|InstanceProfiles|Policies)|s3:ListAllMyBuckets)$/
  const own = (group: RegExp) => pick(group).filter((action) => !service.test(action) && !wide.test(action))
  const region = { StringEquals: { 'aws:RequestedRegion': config.region } }
  return {
    Version: '2012-10-17',
    Statement: [
      ...allow('State', [...state].sort(), scope.state),
      ...allow('Buckets', own(/^s3:/), scope.buckets),
      ...allow('Identities', own(/^iam:/), scope.identities),
      ...allow('Listings', pick(wide), '*'),
      ...allow('ServiceRoles', pick(service), `arn:${scope.partition}:iam::*:role/aws-service-role/*`),
      // They are about whoever runs it, not about the stack.
      ...allow('Preflight', commands.includes('up') ? RIGHTS_ACTIONS : [], '*'),
      ...allow('Stack', pick(/^(?!iam:|s3:)/), '*', region),
      ...(commands.includes('ssh-bastion') ? tunnelStatements(config, scope) : []),
    ],
  }
}

/** Without a manifest every type there is is looked at. */
const actionsOf = (command: StackCommand, drawn: readonly AnyType[]): readonly string[] => [
  ...types.flatMap(({ about }) => about.actions.read),
  ...DEEDS[command].flatMap((purpose) => drawn.flatMap(({ about }) => about.actions[purpose])),
  ...BESIDE[command],
]

function allow(
  Sid: string,
  Action: readonly string[],
  Resource: string | readonly string[],
  Condition?: PolicyStatement['Condition'],
): readonly PolicyStatement[] {
  if (Action.length === 0) return []
  return [{ Sid, Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) }]
}

/** Stands for the account, which nobody is asked for: IAM takes an asterisk in its place. */
const ACCOUNT = '000000000000'

function scopeOf(config: Config) {
  const [stack, { region }, partition] = [stackId(config), config, 'aws']
  const graph = draw(config, factsOf(config, partition))
  const nodes = [...graph.nodes.values()]
  const named = nodes.flatMap(({ type, spec }) => (type.type === 's3:bucket' ? (spec as { name: string }).name : []))
  const anyAccount = (name: string) => `arn:${partition}:s3:::${name.replace(ACCOUNT, '*')}`
  const withObjects = (names: readonly string[]) => names.flatMap((name) => [anyAccount(name), `${anyAccount(name)}/*`])
  const [path, stateBucket] = [iamPathOf(stack, region), stateBucketOf({ account: ACCOUNT, region })]
  return {
    partition,
    drawn: [...new Set(nodes.map(({ type }) => type))],
    stateBucket: anyAccount(stateBucket),
    state: withObjects([stateBucket]),
    buckets: withObjects(named),
    identities: ['role', 'instance-profile'].map((kind) => `arn:${partition}:iam::*:${kind}${path}*`),
  }
}

const factsOf = ({ region }: Config, partition: string): Facts => ({
  ...{ account: ACCOUNT, partition, region, tls: true },
  zones: ['a', 'b', 'c', 'd'].map((letter) => `${region}${letter}`),
  images: { x86_64: 'ami-0', arm64: 'ami-0' },
})
