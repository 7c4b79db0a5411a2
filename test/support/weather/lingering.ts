import { setTimeout as sleep } from 'node:timers/promises'
import type { EC2 } from '@aws-sdk/client-ec2'
import type { Answer, Call, Heard } from '../proxy.ts'
import { refusal } from '../refusal.ts'
import type { Weather } from './weather.ts'

/** Where a service has put interfaces of its own, by the thing that they serve. */
interface Ground {
  readonly subnets: readonly string[]
  readonly groups: readonly string[]
  readonly description: string
  /** Deletions that it still has to be in the way of: on a busy machine they may come late. */
  readonly awaited: Set<string>
}

export interface Lingering extends Weather {
  /** Deletions that were refused because of an interface, by action. */
  readonly refused: ReadonlyMap<string, number>
  /** Resolves when the last interface is gone. */
  settled(): Promise<void>
}

/** Milliseconds for which an interface stays at the most, whatever it is to be in the way of. */
const LONGEST = 30_000

const valuesOf = ({ form }: Call, prefix: string): readonly string[] =>
  Object.entries(form).flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : []))

/**
 * Interfaces that services leave behind for a while when what they served is deleted (aws-behaviours.md 3.1, 5.3, 5.7):
 * real ones, put into the emulator by a stranger. As long as one stands, AWS deletes neither its subnet nor its groups.
 */
export function lingering(ec2: EC2, ms: number): Lingering {
  const grounds = new Map<string, Ground>()
  const subnetGroups = new Map<string, readonly string[]>()
  const standing = new Map<string, Ground>()
  const refused = new Map<string, number>()
  const going: Promise<void>[] = []
  const plant = async (ground: Ground) => {
    const made = await Promise.all(
      ground.subnets.map((SubnetId) =>
        ec2.createNetworkInterface({ SubnetId, Groups: [...ground.groups], Description: ground.description }),
      ),
    )
    const ids = made.flatMap(({ NetworkInterface }) => NetworkInterface?.NetworkInterfaceId ?? [])
    for (const id of ids) standing.set(id, ground)
    going.push(leave(ids, ground))
  }
  const leave = async (ids: readonly string[], { awaited }: Ground) => {
    const last = Date.now() + LONGEST
    await sleep(ms)
    while (awaited.size > 0 && Date.now() < last) await sleep(20)
    await Promise.all(ids.map((NetworkInterfaceId) => ec2.deleteNetworkInterface({ NetworkInterfaceId })))
    for (const id of ids) standing.delete(id)
  }
  const learn = (call: Call, { body }: Heard) => {
    const name = call.form.DBSubnetGroupName ?? ''
    if (call.action === 'CreateDBSubnetGroup') subnetGroups.set(name, valuesOf(call, 'SubnetIds.'))
    const ground = groundOf(call, body, subnetGroups.get(name) ?? [])
    if (ground !== null) grounds.set(ground.key, ground)
  }
  return {
    refused,
    settled: async () => void (await Promise.all(going)),
    before: (call) => {
      const held = [...standing.values()].filter((ground) => isHeld(call, ground))
      if (held.length === 0) return null
      for (const { awaited } of held) awaited.delete(call.action)
      refused.set(call.action, (refused.get(call.action) ?? 0) + 1)
      return inUse(call)
    },
    after: async (call, answer) => {
      if (answer.status !== 200) return answer
      learn(call, answer)
      const left = leftBy(call)
      const ground = left === null ? undefined : grounds.get(left)
      if (left !== null && ground !== undefined) {
        grounds.delete(left)
        await plant(ground)
      }
      return answer
    },
  }
}

function groundOf(call: Call, body: string, databaseSubnets: readonly string[]): (Ground & { key: string }) | null {
  if (call.action === 'CreateLoadBalancer') {
    const arn = /<LoadBalancerArn>([^<]+)</.exec(body)?.[1] ?? ''
    const [subnets, groups] = [valuesOf(call, 'Subnets.'), valuesOf(call, 'SecurityGroups.')]
    const description = `ELB ${arn.split(':loadbalancer/')[1]}`
    return { key: arn, subnets, groups, description, awaited: new Set() }
  }
  if (call.action === 'CreateDBInstance') {
    const groups = valuesOf(call, 'VpcSecurityGroupIds.')
    const key = call.form.DBInstanceIdentifier ?? ''
    const awaited = new Set(['DeleteSubnet', 'DeleteSecurityGroup'])
    return { key, subnets: databaseSubnets.slice(0, 1), groups, description: 'RDSNetworkInterface', awaited }
  }
  if (call.action === 'POST /2015-02-01/mount-targets') {
    const asked = JSON.parse(call.text) as { SubnetId: string; SecurityGroups: string[]; FileSystemId: string }
    const { MountTargetId: key } = JSON.parse(body) as { MountTargetId: string }
    const description = `EFS mount target for ${asked.FileSystemId} (${key})`
    return { key, subnets: [asked.SubnetId], groups: asked.SecurityGroups, description, awaited: new Set() }
  }
  return null
}

/** What a call has taken away, of the things that have interfaces. */
function leftBy({ action, form }: Call): string | null {
  if (action === 'DeleteLoadBalancer') return form.LoadBalancerArn ?? null
  if (action === 'DeleteDBInstance') return form.DBInstanceIdentifier ?? null
  return /^DELETE \/2015-02-01\/mount-targets\/(.+)$/.exec(action)?.[1] ?? null
}

const isHeld = ({ action, form }: Call, { subnets, groups, description }: Ground): boolean =>
  (action === 'DeleteSubnet' && subnets.includes(form.SubnetId ?? '')) ||
  (action === 'DeleteSecurityGroup' && groups.includes(form.GroupId ?? '')) ||
  (action === 'DetachInternetGateway' && description.startsWith('ELB '))

const inUse = (call: Call): Answer =>
  refusal(call, 400, 'DependencyViolation', 'The resource has dependencies and cannot be deleted.')
