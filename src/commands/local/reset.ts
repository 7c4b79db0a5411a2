import { BaseCommand } from '../../cli/base-command.ts'
import { resetLocal } from '../../local/index.ts'

export default class LocalReset extends BaseCommand {
  static override summary = 'Empty the local AWS: all accounts, all regions.'
  static override description = 'It goes on running, at the same address. The state of every stack in it is gone too.'
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']
  async run(): Promise<object> {
    await this.parse(LocalReset)
    const { url, port, pid } = await resetLocal()
    this.log(`The local AWS at ${url} is empty.`)
    return { schema: 'ecom-infra/local/1', running: true, url, port, pid }
  }
}
