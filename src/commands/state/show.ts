import { Args } from '@oclif/core'
import { StackCommand } from '../../cli/stack-command.ts'
import { Refused } from '../../engine/errors.ts'
import type { Address } from '../../engine/ref.ts'

export default class StateShow extends StackCommand {
  static override summary = 'Show what the manifest remembers of one resource.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> ec2:vpc/main',
    '<%= config.bin %> <%= command.id %> elbv2:load-balancer/web --json | jq -r .out.dnsName',
  ]
  static override args = {
    address: Args.string({ required: true, description: 'for example ec2:vpc/main; `state list` has them all' }),
  }

  async run(): Promise<object> {
    const { flags, args } = await this.parse(StateShow)
    const { stack, store, identity, loaded } = await this.session(flags, 'state')
    const place = { account: identity.account, region: loaded.config.region }
    const { readManifest } = await import('../../state/load.ts')
    const manifest = await readManifest(store, stack, place)
    const address = args.address as Address
    const entry = manifest?.resources[address]
    if (entry === undefined) {
      throw new Refused('NotRemembered', `The manifest of ${stack} remembers no ${address}.`, {
        hint: '`ecom-infra state list` lists what it remembers.',
      })
    }
    const document = { schema: 'ecom-infra/state-show/1', stack, address, ...entry }
    const { stateShowText } = await import('../../report/state-text.ts')
    this.log(stateShowText({ address, ...entry }))
    return document
  }
}
