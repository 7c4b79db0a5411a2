import { Flags } from '@oclif/core'
import { StackCommand } from '../../cli/stack-command.ts'

export default class StateUnlock extends StackCommand {
  static override summary = 'Break the lock of a run that is dead.'
  static override description =
    `A dead run's lock is taken over by the next run when its lease is over, and at once on the same machine; this is \
for all other cases. While its holder lives it is refused (exit 4). With --force that run stops before its next change.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --force --json',
  ]
  static override flags = {
    force: Flags.boolean({ description: 'even while its holder lives' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(StateUnlock)
    const { stack, store } = await this.session(flags, 'state')
    const { breakLock } = await import('../../state/unlock.ts')
    const broken = await breakLock(store, { stack, force: flags.force })
    const { unlockText } = await import('../../report/state-text.ts')
    this.log(unlockText(stack, broken))
    return { schema: 'ecom-infra/unlock/1', stack, broken }
  }
}
