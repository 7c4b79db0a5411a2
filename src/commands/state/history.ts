import { Flags } from '@oclif/core'
import { StackCommand } from '../../cli/stack-command.ts'

export default class StateHistory extends StackCommand {
  static override summary = 'List the runs that changed the stack, newest first.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --limit 1 --json | jq ".runs[0].outcome"',
  ]
  static override flags = {
    limit: Flags.integer({ description: 'how many runs', default: 20, min: 1, max: 1000, helpValue: 'N' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(StateHistory)
    const { stack, store } = await this.session(flags, 'state')
    const { listRuns } = await import('../../state/history.ts')
    const document = { schema: 'ecom-infra/history/1', stack, ...(await listRuns(store, stack, flags.limit)) }
    const { historyText } = await import('../../report/state-text.ts')
    this.log(historyText(document, { color: this.colorOn(process.stdout), width: process.stdout.columns }))
    return document
  }
}
