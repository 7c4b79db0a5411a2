import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.ts'
import { startLocal } from '../../local/index.ts'

export default class LocalStart extends BaseCommand {
  static override summary = 'Start the local AWS, which costs nothing and forgets everything.'
  static override description = `Commands with --local start it by themselves and leave it running. \
When it runs already, this says where. It is moto, found on the PATH or installed once for you; docs/local-aws.md has more.`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --port 4566']
  static override flags = {
    port: Flags.integer({
      description: 'the port on 127.0.0.1; any free one when left out',
      min: 1,
      max: 65535,
      helpValue: 'N',
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(LocalStart)
    const say = (line: string): void => this.tell(line)
    const local = await startLocal(flags.port === undefined ? { say } : { say, port: flags.port })
    this.log(`The local AWS ${local.started ? 'runs' : 'already runs'} at ${local.url} (process ${local.pid}).`)
    return { schema: 'ecom-infra/local/1', running: true, url: local.url, port: local.port, pid: local.pid }
  }
}
