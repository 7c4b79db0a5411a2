import { Flags } from '@oclif/core'
import { type AwsFlags, StackCommand } from '../cli/stack-command.ts'
import type { LoadedConfig } from '../config/load.ts'
import { Refused } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Plan } from '../engine/steps.ts'

export default class Up extends StackCommand {
  static override summary = 'Build the stack, or bring it in line with its config. A second run changes nothing.'
  static override description =
    `Shows the plan, made from live AWS, asks once, and does it. Interrupted or failed, the same command
goes on from there. Without a config and at a terminal it asks first, as init does.`
  static override examples = [
    { description: 'Plan, ask, build', command: '<%= config.bin %> up' },
    { description: 'Try it without an AWS account', command: '<%= config.bin %> up --local --yes' },
    { description: 'Only show what would be done', command: '<%= config.bin %> up --dry-run' },
    { description: 'For a script', command: '<%= config.bin %> up -c prod.yaml --yes --json > up.json' },
  ]
  static override flags = {
    yes: Flags.boolean({ char: 'y', description: 'do not ask; it never implies losing data' }),
    'dry-run': Flags.boolean({ description: 'plan only; no call that changes anything' }),
    concurrency: Flags.integer({
      description: 'how many resources are worked on at once',
      default: 16,
      min: 1,
      max: 64,
      helpValue: 'N',
    }),
    replace: Flags.string({
      description: 'replace this even though it holds data (with --delete-data)',
      multiple: true,
      helpValue: 'ADDRESS',
      dependsOn: ['delete-data'],
    }),
    target: Flags.string({
      description: 'only this, and what it depends on; an address, or a pattern as ec2:*',
      multiple: true,
      helpValue: 'ADDRESS',
    }),
    adopt: Flags.string({
      description: 'take over what stands in its place and is nobody else’s',
      multiple: true,
      helpValue: 'ADDRESS',
    }),
    'delete-data': Flags.boolean({ description: 'data in what is replaced or removed may be lost' }),
    'refresh-ami': Flags.boolean({ description: 'take the current Amazon Linux image for new web servers' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Up)
    const began = performance.now()
    const mayAsk = this.mayAsk(flags['no-input'])
    const session = await this.session(flags)
    const { UpRun } = await import('../cli/up-run.ts')
    const run = new UpRun(session, {
      ...this.stage(flags.verbose, began),
      agree: (plan) => this.#agree(plan, { yes: flags.yes, mayAsk }),
    })
    const done = await run.go({
      consent: {
        adopt: new Set(flags.adopt as Address[] | undefined),
        replace: new Set(flags.replace as Address[] | undefined),
        deleteData: flags['delete-data'],
      },
      targets: flags.target ?? [],
      expected: null,
      ...{
        concurrency: flags.concurrency,
        dryRun: flags['dry-run'],
        yes: flags.yes,
        refreshImage: flags['refresh-ami'],
      },
    })
    if (done.text !== '') this.log(done.text)
    this.leave(done.exit)
    return done.document
  }

  async #agree(_plan: Plan, { yes, mayAsk }: { readonly yes: boolean; readonly mayAsk: boolean }): Promise<boolean> {
    if (yes) return true
    if (!mayAsk) {
      throw new Refused('MissingAnswer', 'The plan needs a yes, and nobody can be asked here.', {
        hint: 'Give --yes, or --dry-run to see the plan only.',
      })
    }
    const { confirm } = await import('../ui/prompts.ts')
    return confirm('Do this?', this.progress)
  }

  /** The wizard, where somebody can be asked. Its answers are written down, and never asked again. */
  protected override async withoutConfig(flags: AwsFlags): Promise<LoadedConfig> {
    if (!this.mayAsk(flags['no-input'])) return super.withoutConfig(flags)
    const { firstConfig } = await import('../cli/first-config.ts')
    const path = await firstConfig(flags.region, this.progress)
    this.tell(`Wrote ${path}.`)
    const { loadConfig } = await import('../config/load.ts')
    return loadConfig(path, {})
  }
}
