import { BaseCommand } from '../../cli/base-command.ts'
import { stopLocal } from '../../local/index.ts'

export default class LocalStop extends BaseCommand {
  static override summary = 'End the local AWS, with everything in it.'
  static override description = 'When none runs, there is nothing to do, and that is no error.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  async run(): Promise<object> {
    await this.parse(LocalStop)
    const { stopped } = await stopLocal()
    this.log(stopped ? 'The local AWS has ended.' : 'The local AWS did not run.')
    return { schema: 'ecom-infra/local/1', running: false, url: null, port: null, pid: null, stopped }
  }
}
