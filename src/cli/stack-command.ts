import { Flags, type Interfaces } from '@oclif/core'
import type { Session } from '../app/session.ts'
import type { LoadedConfig } from '../config/load.ts'
import { CONFIG_FILE } from '../config/names.ts'
import { type Problem, Refused } from '../engine/errors.ts'
import type { Emit } from '../engine/events.ts'
import { BaseCommand } from './base-command.ts'
import type { Stage } from './stage.ts'
import { flagsOf, inWords, located, type Whereabouts } from './whereabouts.ts'

/** The flags of every command that talks to AWS (cli.md). */
export interface AwsFlags extends Whereabouts {
  readonly verbose: boolean
  readonly 'no-input': boolean
}

type Output = Interfaces.OutputFlags<Interfaces.FlagInput>
type Args = Interfaces.OutputArgs<Interfaces.ArgInput>

/** A command that works on a stack in AWS. */
export abstract class StackCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    config: Flags.string({
      char: 'c',
      description: `the stack's config; default ${CONFIG_FILE}, searched from here upward`,
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
    }),
    stack: Flags.string({
      description: "instead of a config file: the stack's own config, from its manifest (with --region)",
      helpValue: 'ID',
      helpGroup: 'GLOBAL',
      exclusive: ['config'],
    }),
    profile: Flags.string({ description: 'as in the AWS CLI', helpValue: 'NAME', helpGroup: 'GLOBAL' }),
    region: Flags.string({ description: "overrides the config's region", helpValue: 'REGION', helpGroup: 'GLOBAL' }),
    'endpoint-url': Flags.string({
      description: 'all services go there',
      helpValue: 'URL',
      helpGroup: 'GLOBAL',
      parse: async (text) => endpointIn(text),
    }),
    local: Flags.boolean({
      description: 'use the local AWS (started when it does not run, left running)',
      exclusive: ['endpoint-url', 'profile'],
      helpGroup: 'GLOBAL',
    }),
    verbose: Flags.boolean({ description: 'tell each AWS call on stderr', helpGroup: 'GLOBAL' }),
  }

  protected readonly stop = new AbortController()
  /** What the first Ctrl-C is answered with; null: that calls are finished, and what was done is saved. */
  protected parting: string | null = null
  readonly #disposers: (() => void)[] = []
  /** Everything that is emitted before a view is there is kept for it. */
  #emit: Emit = () => undefined
  /** What this run was told of where; null: the flags have not been read. */
  #place: Whereabouts | null = null

  /** Remembers where, for whatever is said from here on. */
  protected override async parse<F extends Output, B extends Output, A extends Args>(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv)
    this.#place = parsed.flags as unknown as AwsFlags
    return parsed
  }

  protected override async problemOf(error: Error): Promise<Problem> {
    return inWords(await super.problemOf(error), (text) => this.#located(text))
  }

  #located(text: string): string {
    return this.#place === null ? text : located(text, this.#place)
  }

  /** Hears of everything from here on. */
  private listen(emit: Emit): void {
    this.#emit = emit
  }

  /**
   * Reads the config and opens the connection. Interrupts are heard from here on. With `--stack`, what looks at the
   * state alone needs no config out of it.
   */
  protected async session(flags: AwsFlags, needs: 'config' | 'state' | 'region' = 'config'): Promise<Session> {
    const loaded = await this.#loaded(flags, needs)
    const { profile, 'endpoint-url': endpoint } = flags
    this.circumstances = { profile, endpoint, region: loaded.config.region }
    const { openSession } = await import('../app/session.ts')
    const { onInterrupt } = await import('../ui/interrupt.ts')
    const heard = onInterrupt({ stop: this.stop, tell: (text) => this.tell(this.parting ?? text) })
    this.#disposers.push(() => heard[Symbol.dispose]())
    const access = {
      profile: flags.profile,
      endpointUrl: flags['endpoint-url'],
      local: flags.local,
      verbose: flags.verbose,
    }
    const emit: Emit = (event) =>
      this.#emit(event.kind === 'note' ? { ...event, text: this.#located(event.text) } : event)
    const session = await openSession(loaded, access, {
      say: (line) => this.tell(this.#located(line)),
      emit,
      stop: this.stop,
    })
    if (flags.stack === undefined || needs !== 'config') return session
    const { withStoredConfig } = await import('../app/stored-config.ts')
    return withStoredConfig(session)
  }

  async #loaded(flags: AwsFlags, needs: 'config' | 'state' | 'region'): Promise<LoadedConfig> {
    const { anywhere, provisional } = await import('../app/stored-config.ts')
    if (flags.stack !== undefined) return provisional(flags.stack, flags.region)
    if (needs !== 'region') return this.configured(flags)
    const { findConfig } = await import('../config/load.ts')
    const here = flags.region === undefined && findConfig(process.cwd(), flags.config) !== null
    return here ? this.configured(flags) : anywhere(flags.region)
  }

  /** The config that the flags mean. Without one, `up` asks; the others say what to do. */
  protected async configured(flags: AwsFlags): Promise<LoadedConfig> {
    const { findConfig, loadConfig } = await import('../config/load.ts')
    const path = findConfig(process.cwd(), flags.config)
    if (path === null) return this.withoutConfig(flags)
    return loadConfig(path, { region: flags.region })
  }

  /** Where this command shows itself. */
  protected stage(verbose: boolean, began: number): Stage {
    const out = this.progress
    const listen = (emit: Emit) => this.listen(emit)
    const drawing = { out, color: this.colorOn(out), tty: this.drawsOn(out, verbose) }
    return { ...drawing, began, listen, located: (text) => this.#located(text) }
  }

  /** The flags that say which stack is meant, for a command that is offered next: without them it may be another one. */
  protected whereabouts(flags: AwsFlags): string {
    return flagsOf(flags)
  }

  protected withoutConfig(_flags: AwsFlags): Promise<LoadedConfig> {
    throw new Refused('NoConfig', `There is no ${CONFIG_FILE} here or in any folder above.`, {
      hint: 'Write one with `ecom-infra init`, or name one with --config FILE.',
    })
  }

  /** From here on signals are somebody else's business. Else ours to the end: nobody else would end with our code. */
  protected deafen(): void {
    for (const dispose of this.#disposers.splice(0)) dispose()
  }
}

/** Empty or mistyped it must not mean AWS itself. */
function endpointIn(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url && ['http:', 'https:'].includes(url.protocol)) return text
  throw new Refused('Usage', `--endpoint-url takes a URL that begins with http:// or https://, not "${text}".`)
}
