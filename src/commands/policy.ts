import { Args, Flags } from '@oclif/core'
import { StackCommand } from '../cli/stack-command.ts'

/** What IAM takes, spaces not counted (aws-behaviours.md 6.1). */
const MANAGED = 6_144
const INLINE = 10_240

export default class Policy extends StackCommand {
  static override summary = 'Print the least IAM policy that a command needs for this config. Changes nothing in AWS.'
  static override description = `Without a command: what up, status and down need together. Roles and buckets are \
bound to the stack's own names, everything else to its region.

What ssh-bastion needs has to be asked for by its name: the password of the database \
is among it. With --allow-my-ip it changes the stack, and needs what up needs, too.`
  static override examples = [
    { description: 'For whoever only looks', command: '<%= config.bin %> policy status' },
    {
      description: 'For the role that deploys',
      command: '<%= config.bin %> policy -c prod.yaml --out deploy-policy.json',
    },
    { description: 'For whoever may read the database', command: '<%= config.bin %> policy ssh-bastion' },
  ]
  static override args = {
    command: Args.string({
      description: 'which command is to be allowed',
      options: ['up', 'status', 'down', 'ssh-bastion'],
    }),
  }
  static override flags = {
    out: Flags.string({ description: 'write it to this file', helpValue: 'FILE' }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Policy)
    const { config } = flags.stack === undefined ? await this.configured(flags) : (await this.session(flags)).loaded
    const { leastPolicy, POLICY_COMMANDS } = await import('../app/policy.ts')
    const commands = POLICY_COMMANDS.filter((one) =>
      args.command === undefined ? one !== 'ssh-bastion' : one === args.command,
    )
    const policy = leastPolicy(config, commands)
    const characters = JSON.stringify(policy).length
    if (flags.out === undefined) this.log(JSON.stringify(policy, null, 2))
    else {
      const { writeText } = await import('../files/write.ts')
      writeText(flags.out, `${JSON.stringify(policy, null, 2)}\n`)
    }
    this.tell(advice(characters))
    return { schema: 'ecom-infra/policy/1', commands, characters, file: flags.out ?? null, policy }
  }
}

function advice(characters: number): string {
  const size = `${characters.toLocaleString('en-US')} characters`
  if (characters <= MANAGED) return `${size}: it fits into a managed policy.`
  const rest = characters <= INLINE ? 'put it on the role itself, as an inline policy' : 'print it command by command'
  return `${size}, and a managed policy takes ${MANAGED.toLocaleString('en-US')}: ${rest}.`
}
