import { Flags } from '@oclif/core'
import { StackCommand } from '../../cli/stack-command.ts'
import { Refused } from '../../engine/errors.ts'

export default class StateRm extends StackCommand {
  static override summary = 'Forget what is stored of a stack. No resource is touched.'
  static override description = `What it has in AWS stays, and costs what it costs: \`ecom-infra down\` removes that. \
A later \`up\` or \`down\` finds it again by names and tags. History and outputs are gone.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --stack shop-dev --region us-east-1 --yes --json',
  ]
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(StateRm)
    const session = await this.session(flags, 'state')
    const { stack } = session
    const { forgetStack, stateObjects } = await import('../../app/stacks.ts')
    const objects = await stateObjects(session)
    if (objects > 0) await forgetStack(session, () => this.#agree(stack, flags.yes, this.mayAsk(flags['no-input'])))
    this.log(objects > 0 ? `Forgotten: ${objects} objects of ${stack}.` : `Nothing is stored of ${stack}.`)
    return { schema: 'ecom-infra/state-rm/1', stack, objects }
  }

  async #agree(stack: string, yes: boolean, mayAsk: boolean): Promise<boolean> {
    if (yes) return true
    if (!mayAsk) {
      throw new Refused('MissingAnswer', `Forgetting ${stack} needs its name typed, and nobody can be asked here.`, {
        hint: 'Give --yes.',
      })
    }
    const { typeToConfirm } = await import('../../ui/prompts.ts')
    const asking = { output: this.progress, signal: this.stop.signal }
    await typeToConfirm({ what: 'forget its state', expected: stack }, asking)
    return true
  }
}
