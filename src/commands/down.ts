import { Flags } from '@oclif/core'
import { StackCommand } from '../cli/stack-command.ts'
import { Refused } from '../engine/errors.ts'
import type { Plan } from '../engine/steps.ts'

interface Asking {
  readonly stack: string
  readonly yes: boolean
  readonly mayAsk: boolean
}

export default class Down extends StackCommand {
  static override summary = 'Delete the stack, and prove that nothing is left.'
  static override description =
    `Shows what goes, what data would be lost and what stands in the way before the first delete, asks for the \
stack's name, deletes in reverse order, sweeps the account independently, and prints a receipt.
Exit code 6: something is left; each is named.
Exit code 1 with a receipt: what failed, or could not be looked through, is named in it.`
  static override examples = [
    { description: 'Show, ask for the name, delete, prove', command: '<%= config.bin %> down' },
    { description: 'Only show what would be deleted', command: '<%= config.bin %> down --dry-run' },
    { description: 'Only a part, and what depends on it', command: "<%= config.bin %> down --target 'efs:*'" },
    { description: 'For a script; the data goes too', command: '<%= config.bin %> down --yes --delete-data --json' },
  ]
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask; it never implies losing data' }),
    'dry-run': Flags.boolean({ description: 'show what would be deleted; no call that changes anything' }),
    'delete-data': Flags.boolean({
      description: 'delete data too, and take no final snapshot; without it, data stands in the way',
    }),
    target: Flags.string({
      description: 'only this, and what depends on it; an address, or a pattern as ec2:*',
      multiple: true,
      helpValue: 'ADDRESS',
    }),
    'keep-state': Flags.boolean({ description: 'keep the manifest and the history of runs' }),
    concurrency: Flags.integer({
      description: 'how many resources are worked on at once',
      default: 16,
      min: 1,
      max: 64,
      helpValue: 'N',
    }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Down)
    const began = performance.now()
    const mayAsk = this.mayAsk(flags['no-input'])
    const session = await this.session(flags)
    const { DownRun } = await import('../cli/down-run.ts')
    const run = new DownRun(session, {
      ...this.stage(flags.verbose, began),
      agree: (plan) => this.#agree(plan, { stack: session.stack, yes: flags.yes, mayAsk }),
    })
    const { concurrency } = flags
    const options = {
      deleteData: flags['delete-data'],
      keepState: flags['keep-state'],
      targets: flags.target ?? [],
      dryRun: flags['dry-run'],
      yes: flags.yes,
      concurrency,
    }
    const done = await run.go(options)
    if (done.text !== '') this.log(done.text)
    this.leave(done.exit)
    return done.document
  }

  async #agree({ steps, aside }: Plan, { stack, yes, mayAsk }: Asking): Promise<void> {
    if (yes) return
    if (!mayAsk) {
      throw new Refused('MissingAnswer', `Deleting ${stack} needs its name typed, and nobody can be asked here.`, {
        hint: 'Give --yes, or --dry-run to see what would be deleted.',
      })
    }
    const { typeToConfirm } = await import('../ui/prompts.ts')
    const what = aside ? `delete ${steps.length} of its resources` : 'delete all of it'
    await typeToConfirm({ what, expected: stack }, { output: this.progress, signal: this.stop.signal })
  }
}
