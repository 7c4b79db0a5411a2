import { StackCommand } from '../../cli/stack-command.ts'

export default class StateRebuild extends StackCommand {
  static override summary = 'Write the manifest anew from what is in AWS. No resource is touched.'
  static override description =
    `Everything is found by names and tags. \`up\` and \`down\` do the same by themselves: this is for \
those who want the record back without a run. A manifest that could not be read is kept aside.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -c prod.yaml --json | jq ".resources | length"',
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(StateRebuild)
    const session = await this.session(flags)
    const { rebuild } = await import('../../app/rebuild.ts')
    const rebuilt = await rebuild(session)
    const document = { schema: 'ecom-infra/state-rebuild/1', stack: session.stack, ...rebuilt }
    const { rebuiltText } = await import('../../report/state-text.ts')
    this.log(rebuiltText({ ...document, region: session.loaded.config.region }))
    return document
  }
}
