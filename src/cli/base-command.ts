import { Command, Flags, ux } from '@oclif/core'
import type { Circumstances } from '../aws/explain.ts'
import { Declined, EXIT, Interrupted, Problem, Refused } from '../engine/errors.ts'
import { discreet } from '../text/discreet.ts'
import { harmlessJson, harmlessOutput } from '../text/harmless.ts'

interface Usage {
  readonly oclif?: { readonly exit?: number }
  readonly message: string
}

/** What is common to all commands: how they answer, how they fail, and when they may ask. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    'no-input': Flags.boolean({
      description: 'never ask; a missing answer is a usage error. Implied without a terminal, and under CI=true',
      helpGroup: 'GLOBAL',
    }),
  }

  /** What is known of the calls of this command, for the words of its errors. */
  protected circumstances: Circumstances = {}

  /** Whoever reads what we tell may go, as whoever reads our output may (oclif sees to that): the work goes on. */
  protected override async init(): Promise<void> {
    await super.init()
    process.stderr.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }

  /** Colour is for people at a terminal who have not said NO_COLOR. */
  protected colorOn(stream: NodeJS.WriteStream): boolean {
    return stream.isTTY === true && !process.env.NO_COLOR
  }

  /** A moving picture is for a terminal, and for nobody who wants to read each call meanwhile. */
  protected drawsOn(stream: NodeJS.WriteStream, verbose: boolean): boolean {
    return stream.isTTY === true && !verbose
  }

  protected mayAsk(noInput: boolean): boolean {
    return !noInput && process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.CI !== 'true'
  }

  /** Where progress and questions go: never among a document. */
  protected get progress(): NodeJS.WriteStream {
    return this.jsonEnabled() ? process.stderr : process.stdout
  }

  /** A line for people, document or not: oclif's own `logToStderr` is silent under --json. */
  protected tell(line: string): void {
    process.stderr.write(`${harmlessOutput(line)}\n`)
  }

  override log(message = ''): void {
    super.log(harmlessOutput(message))
  }

  /** What JSON leaves as it is may steer a terminal, too. */
  protected override logJson(json: unknown): void {
    ux.stdout(harmlessJson(JSON.stringify(json, null, 2)))
  }

  /** Every error ends here: one text or document, and the exit code of `cli.md`. */
  protected override async catch(error: Error): Promise<void> {
    const problem = await this.problemOf(error)
    process.exitCode = problem.exit
    if (this.argv.includes('--verbose') && !(error instanceof Problem)) this.tell(stackOf(problem))
    const { errorDocument } = await import('../report/error-document.ts')
    if (this.jsonEnabled()) return this.logJson(errorDocument(problem))
    if (problem instanceof Declined || problem instanceof Interrupted) return this.tell(problem.message)
    const { errorText } = await import('../report/error-text.ts')
    this.tell(errorText(problem, { color: this.colorOn(process.stderr) }))
  }

  protected async problemOf(error: Error): Promise<Problem> {
    const ofOurs = error instanceof Problem && !WRAPPED.test(error.message)
    if (ofOurs) return error
    const usage = error as Error & Usage
    if (usage.oclif?.exit !== undefined || error instanceof Problem) {
      const hint = `Run \`ecom-infra ${this.id?.replaceAll(':', ' ') ?? ''} --help\` for what there is.`
      return new Refused('Usage', plainly(usage.message), { hint, cause: error })
    }
    const { explain } = await import('../aws/explain.ts')
    return explain(error, this.circumstances)
  }

  /** The exit code of a run that was told as a document, not as an error. */
  protected leave(code: (typeof EXIT)[keyof typeof EXIT]): void {
    if (code !== EXIT.ok) process.exitCode = code
  }
}

/** Where it came from, without the secrets that the error itself may hold. */
const stackOf = ({ message, details: { cause } }: Problem): string =>
  discreet((cause instanceof Error ? cause.stack : undefined) ?? message)

/** What is thrown while a flag is read gets oclif's words around its own. */
const WRAPPED = /^Parsing (--\S+)\s+(?:\1 )?/

/** oclif's words on one line, without its frame. */
const plainly = (message: string): string =>
  message
    .replace(/\nSee more help with --help$/, '')
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(WRAPPED, '$1 ')
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
