import type { Instance } from '@aws-sdk/client-ec2'
import { Failed, Refused } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, unlessGone } from './failure.ts'
import { allWell, stateOf, untilInstance } from './instances.ts'
import { isLacking } from './lacking.ts'
import { ADDRESS, all, oursFilter } from './ownership.ts'

export type { Instance }

export const BASTION = 'ec2:instance/bastion'

/** Who one is on Amazon Linux. */
export const BASTION_USER = 'ec2-user'

const UP = 'Run `ecom-infra up`, then the same command again.'

/** What is over stays visible for an hour (aws-behaviours.md 2.3). */
const OVER = ['shutting-down', 'terminated']

export const isStopped = (item: Instance): boolean => ['stopping', 'stopped'].includes(stateOf(item))

/** The stack's bastion as it is now: one call. One that is over counts only where there is no other. */
export async function bastionOf(ctx: Ctx): Promise<Instance | null> {
  const Filters = [...oursFilter(ctx), { Name: `tag:${ADDRESS}`, Values: [BASTION] }]
  const reservations = await all(ctx.ec2.paginateDescribeInstances({ Filters }), (page) => page.Reservations)
  const seen = reservations.flatMap(({ Instances }) => Instances ?? [])
  const living = seen.filter((item) => !OVER.includes(stateOf(item)))
  if (living.length > 1) {
    const ids = living.map(({ InstanceId }) => InstanceId).join(' and ')
    throw new Refused('Twins', `${living.length} instances say that they are the bastion: ${ids}.`, {
      ...{ address: BASTION, hint: 'Terminate the one that is not in use; `ecom-infra status` tells more.' },
    })
  }
  return living[0] ?? seen[0] ?? null
}

/** A bastion that can be used, or can be started. */
export function standing(ctx: Pick<Ctx, 'stack' | 'region'>, item: Instance | null): Instance {
  if (item !== null && !OVER.includes(stateOf(item))) return item
  const message =
    item === null
      ? `${ctx.stack} has no bastion in ${ctx.region}.`
      : `The bastion ${item.InstanceId} of ${ctx.stack} is ${stateOf(item)}.`
  throw new Refused('NoBastion', message, { address: BASTION, hint: UP })
}

/** Starts it, and returns it when it has passed its status checks: before that, nobody answers there. */
export async function startBastion(ctx: Ctx, item: Instance): Promise<Instance> {
  const id = item.InstanceId ?? ''
  if (stateOf(item) === 'stopping') {
    await untilInstance(ctx, id, 'the bastion to have stopped', (now) => stateOf(now) !== 'stopping')
  }
  await ctx.ec2.startInstances({ InstanceIds: [id] })
  const running = await untilRunning(ctx, id)
  await allWell(ctx, id, 600)
  return running
}

/** Its address is another one after each start, and comes with it. */
export const untilRunning = (ctx: Ctx, id: string): Promise<Instance> =>
  untilInstance(ctx, id, 'the bastion to run', (now) => stateOf(now) === 'running')

/** Where it can be reached from outside. */
export function publicAddressOf({ InstanceId, PublicIpAddress }: Instance): string {
  if (PublicIpAddress) return PublicIpAddress
  throw new Failed('NoAddress', `The bastion ${InstanceId} has no public address.`, {
    address: BASTION,
    hint: 'Reach it another way with --bastion HOST:22 (a VPN, a port that is handed on), or have it made anew: terminate it, and run `ecom-infra up`.',
  })
}

/** What it has printed since it booted. Null where AWS has nothing (yet), or an emulator does not know the call. */
export async function consoleOf(ctx: Ctx, InstanceId: string): Promise<string | null> {
  try {
    const answer = await unlessGone(printed(ctx, InstanceId))
    return answer?.Output ? Buffer.from(answer.Output, 'base64').toString('utf8') : null
  } catch (error) {
    if (!isLacking(error)) throw error
    return null
  }
}

/** As it is now, which the types on Nitro can tell; the others show what AWS has kept of it, some minutes old. */
async function printed(ctx: Ctx, InstanceId: string) {
  try {
    return await ctx.ec2.getConsoleOutput({ InstanceId, Latest: true })
  } catch (error) {
    if (codeOf(error) !== 'UnsupportedOperation') throw error
    return ctx.ec2.getConsoleOutput({ InstanceId })
  }
}
