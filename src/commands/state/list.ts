import { StackCommand } from '../../cli/stack-command.ts'

export default class StateList extends StackCommand {
  static override summary = 'List what the manifest remembers of the stack.'
  static override description = 'The manifest is a record: `ecom-infra status` tells what is true in AWS.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> -c prod.yaml --json | jq -r ".resources[].id"',
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(StateList)
    const { stack, store, identity, loaded } = await this.session(flags, 'state')
    const place = { account: identity.account, region: loaded.config.region }
    const { readManifest } = await import('../../state/load.ts')
    const manifest = await readManifest(store, stack, place)
    const document = {
      schema: 'ecom-infra/state-list/1',
      stack,
      ...place,
      savedAt: manifest?.savedAt ?? null,
      resources: Object.entries(manifest?.resources ?? {}).map(([address, entry]) => ({ address, ...entry })),
      announced: Object.entries(manifest?.announced ?? {}).map(([address, { run, at }]) => ({ address, run, at })),
      outputs: manifest?.outputs ?? {},
    }
    const { stateListText } = await import('../../report/state-text.ts')
    this.log(stateListText(document, { color: this.colorOn(process.stdout), width: process.stdout.columns }))
    return document
  }
}
