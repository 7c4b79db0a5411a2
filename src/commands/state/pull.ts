import { StackCommand } from '../../cli/stack-command.ts'
import { Refused } from '../../engine/errors.ts'
import { harmless } from '../../text/harmless.ts'

export default class StatePull extends StackCommand {
  static override summary = 'Print the manifest as it is stored.'
  static override description = 'To the byte, even when it is damaged; with --json it has to be readable.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> > manifest.json',
    '<%= config.bin %> <%= command.id %> --json | jq .config',
  ]

  async run(): Promise<object> {
    const { flags } = await this.parse(StatePull)
    const { stack, store, identity, loaded } = await this.session(flags, 'state')
    const { manifestKeyOf } = await import('../../state/keys.ts')
    const name = store.nameOf(manifestKeyOf(stack))
    const item = await store.get(manifestKeyOf(stack))
    if (item === null) {
      throw new Refused('NoManifest', `There is no ${name}.`, {
        hint: '`ecom-infra up` with the config file writes it; it also finds a stack again whose manifest is lost.',
      })
    }
    if (this.jsonEnabled()) {
      const { parseManifest } = await import('../../state/manifest-read.ts')
      return parseManifest(item.body, { account: identity.account, region: loaded.config.region, stack, name })
    }
    // To the byte where a program reads it; a terminal would obey what may be in there.
    process.stdout.write(process.stdout.isTTY ? harmless(item.body) : item.body)
    return {}
  }
}
