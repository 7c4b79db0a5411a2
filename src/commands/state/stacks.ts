import { StackCommand } from '../../cli/stack-command.ts'

export default class StateStacks extends StackCommand {
  static override summary = 'List the stacks of this account and region, as their state has them.'
  static override description =
    `The region is that of --region, else of the config here, else the shell's (AWS_REGION). \
\`ecom-infra status --stack ID\` then works without a config file.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --region eu-west-1 --json | jq .stacks',
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(StateStacks)
    const session = await this.session(flags, 'region')
    const { listStacks } = await import('../../app/stacks.ts')
    const place = { account: session.identity.account, region: session.loaded.config.region }
    const document = { schema: 'ecom-infra/stacks/1', ...place, stacks: await listStacks(session) }
    const { stacksText } = await import('../../report/state-text.ts')
    this.log(stacksText(document, { color: this.colorOn(process.stdout), width: process.stdout.columns }))
    return document
  }
}
