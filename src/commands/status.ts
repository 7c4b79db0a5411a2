import { StackCommand } from '../cli/stack-command.ts'

export default class Status extends StackCommand {
  static override summary = 'Tell how live AWS differs from the config, and whether it is well. Changes nothing.'
  static override description =
    'Exit code 0: in sync and healthy. 3: something drifted, is missing, unexpected or unhealthy.'
  static override examples = [
    { description: 'Drift, health and outputs', command: '<%= config.bin %> status' },
    {
      description: 'The verdict, for a script',
      command: '<%= config.bin %> status --json | jq -r .verdict',
    },
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(Status)
    const began = performance.now()
    const session = await this.session(flags)
    const { showStatus } = await import('../cli/status-run.ts')
    const done = await showStatus(session, this.stage(flags.verbose, began), this.whereabouts(flags))
    this.log(done.text)
    this.leave(done.exit)
    return done.document
  }
}
