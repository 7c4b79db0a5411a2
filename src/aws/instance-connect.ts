import { Failed } from '../engine/errors.ts'
import type { Ctx } from './ctx.ts'
import { codeOf, isGone } from './failure.ts'
import { type Passing, patiently } from './wait.ts'

/** What a little patience cures. A throttle has been repeated by the SDK before it comes here. */
const PASSING: readonly Passing[] = [
  { codes: ['EC2InstanceUnavailable'], seconds: 60, what: 'the bastion to take a key' },
  { codes: ['Throttling', 'TooManyRequests'], seconds: 60, what: 'EC2 Instance Connect, which asks for fewer calls' },
]

export interface Admission {
  readonly instanceId: string
  readonly user: string
  /** One line, as OpenSSH writes it. */
  readonly publicKey: string
}

/** Lets whoever holds the key in as this user, for sixty seconds. */
export async function sendKey(ctx: Ctx, { instanceId, user, publicKey }: Admission): Promise<void> {
  const input = { InstanceId: instanceId, InstanceOSUser: user, SSHPublicKey: publicKey }
  const { Success } = await patiently(ctx, PASSING, () => ctx.instanceConnect.sendSSHPublicKey(input)).catch(
    (error: unknown) => {
      throw explained(error, instanceId)
    },
  )
  if (Success === false) throw new Failed('KeyNotSent', `EC2 Instance Connect did not take the key for ${instanceId}.`)
}

/** The service has words of its own for what every other calls a refusal. */
function explained(error: unknown, id: string): unknown {
  const details = { action: 'ec2-instance-connect:SendSSHPublicKey', awsCode: codeOf(error), cause: error }
  if (codeOf(error) === 'Auth') {
    return new Failed('Permission', `EC2 Instance Connect may not be used for ${id}.`, {
      ...{
        ...details,
        hint: 'Allow ec2-instance-connect:SendSSHPublicKey in IAM: see `ecom-infra policy ssh-bastion`.',
      },
    })
  }
  if (codeOf(error) === 'EC2InstanceStateInvalid') {
    return new Failed('BastionNotRunning', `The bastion ${id} does not run, so it takes no key.`, {
      ...{ ...details, hint: 'Run the same command again: it offers to start it.' },
    })
  }
  if (!isGone(error)) return error
  return new Failed('NoBastion', `EC2 Instance Connect does not know the bastion ${id} (any more).`, {
    ...{ ...details, hint: 'Wait a moment where it is new; else run `ecom-infra up`.' },
  })
}
