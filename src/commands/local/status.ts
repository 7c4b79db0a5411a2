import { BaseCommand } from '../../cli/base-command.ts'
import { localStatus } from '../../local/index.ts'

export default class LocalStatus extends BaseCommand {
  static override summary = 'Say whether the local AWS runs, and where.'
  static override description = 'Changes nothing. Ends with 0 whether it runs or not; --json tells scripts which.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    'export AWS_ENDPOINT_URL=$(<%= config.bin %> <%= command.id %> --json | jq -r .url)',
  ]
  async run(): Promise<object> {
    await this.parse(LocalStatus)
    const status = await localStatus()
    if (!status.running) {
      this.log('The local AWS does not run.')
      return { schema: 'ecom-infra/local/1', running: false, url: null, port: null, pid: null }
    }
    const { url, port, pid, moto, extended } = status
    this.log(`The local AWS runs at ${url} (process ${pid}, ${extended ? '' : 'stock '}moto ${moto}).`)
    return { schema: 'ecom-infra/local/1', running: true, url, port, pid, moto, extended }
  }
}
