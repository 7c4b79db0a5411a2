import { Flags } from '@oclif/core'
import type { SavedPlan } from '../app/saved-plan.ts'
import { type AwsFlags, StackCommand } from '../cli/stack-command.ts'
import type { LoadedConfig } from '../config/load.ts'
import { Refused } from '../engine/errors.ts'
import type { Address } from '../engine/ref.ts'
import type { Plan } from '../engine/steps.ts'

interface Saved {
  readonly plan: SavedPlan
  readonly loaded: LoadedConfig
}

interface Allowing {
  readonly adopt: readonly string[] | undefined
  readonly replace: readonly string[] | undefined
  readonly target: string[] | undefined
  // A flag that was not given is undefined, whatever oclif's types say.
  readonly 'delete-data': boolean | undefined
  readonly 'refresh-ami': boolean | undefined
}

interface Manner {
  readonly concurrency: number
  readonly yes: boolean
  readonly 'dry-run': boolean
  readonly 'skip-preflight': boolean
}

/** What a saved plan says by itself. */
const IN_THE_PLAN = ['config', 'stack', 'out', 'target', 'adopt', 'replace', 'delete-data', 'refresh-ami']

export default class Up extends StackCommand {
  static override summary = 'Build the stack, or bring it in line with its config. A second run changes nothing.'
  static override description =
    `Shows the plan, made from live AWS, asks once, and does it. Interrupted or failed, the same command \
goes on from there. Without a config and at a terminal it asks first, as init does.`
  static override examples = [
    { description: 'Plan, ask, build', command: '<%= config.bin %> up' },
    { description: 'Try it without an AWS account', command: '<%= config.bin %> up --local --yes' },
    { description: 'Only show what would be done', command: '<%= config.bin %> up --dry-run' },
    { description: 'Save the plan, to have it looked at', command: '<%= config.bin %> up --dry-run --out new.plan' },
    { description: 'Apply exactly that', command: '<%= config.bin %> up --plan new.plan' },
    { description: 'Only a part, and what it needs', command: "<%= config.bin %> up --target 'cloudwatch:*'" },
    { description: 'For a script', command: '<%= config.bin %> up -c prod.yaml --yes --json > up.json' },
  ]
  // What oclif makes of flags that exclude so many others has empty alternatives.
  static override usage = ['up [FLAGS]', 'up --dry-run --out FILE [FLAGS]', 'up --plan FILE [FLAGS]']
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
      description: 'take over what stands there under our name, and tag it',
      multiple: true,
      helpValue: 'ADDRESS',
    }),
    out: Flags.string({
      description: 'save the plan, to be looked at and applied later',
      helpValue: 'FILE',
      dependsOn: ['dry-run'],
    }),
    plan: Flags.string({
      description: 'apply a saved plan; refused when AWS has changed where it touches it. It carries config and flags',
      helpValue: 'FILE',
      exclusive: IN_THE_PLAN,
    }),
    'skip-preflight': Flags.boolean({
      description: 'do not ask AWS beforehand what would fail (quotas, offers, rights)',
    }),
    'delete-data': Flags.boolean({ description: 'data in what is replaced or removed may be lost' }),
    'refresh-ami': Flags.boolean({ description: 'take the current Amazon Linux image for new web servers' }),
  }

  #saved: Saved | null = null

  /** Milliseconds for which the wizard was answered: they are not the run's. */
  #asked = 0

  async run(): Promise<object> {
    const { flags } = await this.parse(Up)
    const began = performance.now()
    const mayAsk = this.mayAsk(flags['no-input'])
    this.#saved = flags.plan === undefined ? null : await this.#read(flags.plan, flags.region)
    const session = await this.session(flags)
    if (this.#saved) (await import('../app/expected.ts')).refuseElsewhere(session, this.#saved.plan)
    const { UpRun } = await import('../cli/up-run.ts')
    const run = new UpRun(session, {
      ...this.stage(flags.verbose, began + this.#asked),
      agree: (plan) => this.#agree(plan, { yes: flags.yes, mayAsk }),
    })
    // The saved plan tells the stack and its region, and no way to AWS.
    const where = this.whereabouts({ ...flags, config: undefined, stack: undefined, region: undefined })
    const keep = flags.out === undefined ? null : { file: flags.out, version: this.config.version, where }
    const done = await run.go({ ...this.#allowed(flags), ...this.#manner(flags) }, keep)
    if (done.text !== '') this.log(done.text)
    this.leave(done.exit)
    return done.document
  }

  /** What was allowed when the plan was made, or is now. */
  #allowed(flags: Allowing) {
    const saved = this.#saved?.plan ?? null
    const { adopt, replace } = saved?.consent ?? flags
    return {
      consent: {
        adopt: new Set(adopt as readonly Address[] | undefined),
        replace: new Set(replace as readonly Address[] | undefined),
        deleteData: saved?.consent.deleteData ?? flags['delete-data'] ?? false,
      },
      targets: saved?.targets ?? flags.target ?? [],
      refreshImage: saved?.consent.refreshAmi ?? flags['refresh-ami'] ?? false,
      saved,
    }
  }

  #manner({ concurrency, yes, 'dry-run': dryRun, 'skip-preflight': skipPreflight }: Manner) {
    return { concurrency, yes, dryRun, skipPreflight }
  }

  /** A saved plan carries its config. */
  async #read(file: string, region: string | undefined): Promise<Saved> {
    const { configIn, readPlan } = await import('../app/plan-file.ts')
    const plan = await readPlan(file)
    if (region === undefined || region === plan.region) return { plan, loaded: configIn(plan, file) }
    throw new Refused('PlanElsewhere', `${file} was made for ${plan.region}, and --region says ${region}.`, {
      hint: 'Leave --region away: the plan knows its own.',
    })
  }

  protected override async configured(flags: AwsFlags): Promise<LoadedConfig> {
    return this.#saved?.loaded ?? super.configured(flags)
  }

  async #agree(_plan: Plan, { yes, mayAsk }: { readonly yes: boolean; readonly mayAsk: boolean }): Promise<boolean> {
    if (yes) return true
    if (!mayAsk) {
      throw new Refused('MissingAnswer', 'The plan needs a yes, and nobody can be asked here.', {
        hint: 'Give --yes, or --dry-run to see the plan only.',
      })
    }
    const { confirm } = await import('../ui/prompts.ts')
    return confirm('Do this?', { output: this.progress, signal: this.stop.signal })
  }

  /** The wizard, where somebody can be asked. Its answers are written down, and never asked again. */
  protected override async withoutConfig(flags: AwsFlags): Promise<LoadedConfig> {
    if (!this.mayAsk(flags['no-input'])) return super.withoutConfig(flags)
    const { firstConfig } = await import('../cli/first-config.ts')
    const before = performance.now()
    const path = await firstConfig(flags.region, this.progress)
    this.#asked = performance.now() - before
    this.tell(`Wrote ${path}.`)
    const { loadConfig } = await import('../config/load.ts')
    return loadConfig(path, {})
  }
}
