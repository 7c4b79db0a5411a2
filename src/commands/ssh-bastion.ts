import { Flags } from '@oclif/core'
import { type AwsFlags, StackCommand } from '../cli/stack-command.ts'
import type { Hands } from '../cli/tunnel-run.ts'
import { noServers, placeOf, purposeOf, split, unlessForgotten } from '../cli/tunnel-words.ts'
import { Interrupted, Refused } from '../engine/errors.ts'
import { harmlessJson } from '../text/harmless.ts'

/** For what is still on its way to standard output. */
const GRACE_MS = 2_000

/** The longest that a tunnel may take to close. */
const LIMIT_MS = 10_000

const stoppedBy = ({ signal: { reason } }: AbortController): number => (reason instanceof Interrupted ? reason.exit : 1)

interface TunnelFlags extends AwsFlags {
  readonly shell: boolean
  readonly 'print-env': boolean
  readonly yes: boolean
  readonly 'allow-my-ip': boolean
}

export default class SshBastion extends StackCommand {
  static override summary = 'Open a tunnel to the private database, and keep it up until Ctrl-C.'
  static override description = `No key to keep, and no port open that the config does not name: for each \
connection a fresh key is sent to the bastion with EC2 Instance Connect. The \
database is then on 127.0.0.1. A connection that dies is made again.

After \`--\`: runs that command with PGHOST, PGPORT, PGUSER, PGPASSWORD and \
the like set, TLS verified; then closes the tunnel and exits with its code.`
  static override examples = [
    { description: 'Open a tunnel, and see how to connect', command: '<%= config.bin %> ssh-bastion' },
    { description: 'Ask the database something', command: "<%= config.bin %> ssh-bastion -- psql -c 'select 1'" },
    { description: 'Copy it', command: '<%= config.bin %> ssh-bastion -- pg_dump --format=custom --file=shop.dump' },
    {
      description: 'From a network that is not in the config yet',
      command: '<%= config.bin %> ssh-bastion --allow-my-ip',
    },
    { description: 'Look around on the bastion itself', command: '<%= config.bin %> ssh-bastion --shell' },
  ]
  static override usage = ['ssh-bastion [FLAGS]', 'ssh-bastion [FLAGS] -- COMMAND...']
  static override flags = {
    'local-port': Flags.integer({
      description: 'the port on 127.0.0.1; default 5432, or the next one that is free',
      min: 1,
      max: 65_535,
      helpValue: 'N',
    }),
    shell: Flags.boolean({ description: 'a shell on the bastion instead', exclusive: ['print-env'] }),
    'print-env': Flags.boolean({ description: 'print `export PGHOST=…` and so on, without the password' }),
    bastion: Flags.string({
      description: 'reach the bastion there, not by its public address; USER is ec2-user if not given',
      helpValue: '[USER@]HOST:PORT',
    }),
    database: Flags.string({ description: 'lead there, not to the database that was found', helpValue: 'HOST:PORT' }),
    'allow-my-ip': Flags.boolean({
      description: 'add the own public address to access.sshCidrs where it is missing, and apply just that',
    }),
    yes: Flags.boolean({ char: 'y', description: 'start a stopped bastion without asking; it opens no port' }),
  }

  protected override parting: string | null = 'ending what is under way; press Ctrl-C again to stop now'
  #ready = false

  async run(): Promise<void> {
    const { own, command } = split(this.argv)
    const { flags } = await this.parse(SshBastion, own).catch(unlessForgotten)
    const began = performance.now()
    const purpose = purposeOf(flags, command, this.jsonEnabled())
    const bastion = flags.bastion === undefined ? null : placeOf('--bastion', flags.bastion)
    const database = flags.database === undefined ? null : placeOf('--database', flags.database)
    if (flags.local && bastion === null) throw noServers()
    const session = await this.session(flags)
    const hangUp = () => this.stop.abort(new Interrupted('SIGTERM'))
    process.once('SIGHUP', hangUp)
    const { TunnelRun } = await import('../cli/tunnel-run.ts')
    const run = new TunnelRun(session, this.stage(flags.verbose, began), this.#hands(hangUp))
    const code = await run
      .go({
        ...{ purpose, database, localPort: flags['local-port'] ?? null, yes: flags.yes },
        bastion: bastion === null ? null : { ...bastion, user: bastion.user ?? 'ec2-user' },
        allowMyIp: flags['allow-my-ip'],
        mayStart: (id) => this.#mayStart(id, flags),
        mayAllow: (question) => this.#mayAllow(question, flags),
      })
      .finally(() => process.off('SIGHUP', hangUp))
    process.exitCode = code
    // Elsewhere 127 says that there is no such command of ours, and is told otherwise: here it is the command's own.
    process.once('exit', () => {
      process.exitCode = code
    })
  }

  #hands(hangUp: () => void): Hands {
    return {
      stands: () => {
        this.parting = 'closing the tunnel; press Ctrl-C again to stop now'
      },
      deafen: () => {
        process.off('SIGHUP', hangUp)
        this.deafen()
      },
      ready: () => {
        this.#ready = true
        // From here on nothing is written anywhere: whatever keeps a closing tunnel from ending may be left behind.
        this.stop.signal.addEventListener('abort', () =>
          setTimeout(() => process.exit(stoppedBy(this.stop)), LIMIT_MS).unref(),
        )
      },
    }
  }

  /**
   * All is closed by now. A call to AWS that was under way may still wait for its answer, and a peer that has gone for
   * its last words: a shell is not kept waiting for them.
   */
  protected override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error)
    setTimeout(() => process.exit(), GRACE_MS).unref()
  }

  /** Once the one line is written, standard output carries nothing else. */
  protected override logJson(json: unknown): void {
    if (this.#ready) this.tell(harmlessJson(JSON.stringify(json)))
    else super.logJson(json)
  }

  async #mayStart(id: string, { yes, 'no-input': noInput }: TunnelFlags): Promise<boolean> {
    if (yes) return true
    if (!this.mayAsk(noInput)) {
      throw new Refused('MissingAnswer', `The bastion ${id} is stopped, and nobody can be asked here.`, {
        hint: 'Give --yes to have it started.',
      })
    }
    const { confirm } = await import('../ui/prompts.ts')
    return confirm(`The bastion ${id} is stopped. Start it?`, this.#asking)
  }

  /** A port is opened on an answer to this very question, or by its own flag: --yes is not enough. */
  async #mayAllow(question: string, { yes, 'no-input': noInput }: TunnelFlags): Promise<boolean | null> {
    if (yes || !this.mayAsk(noInput)) return null
    const { confirm } = await import('../ui/prompts.ts')
    return confirm(question, this.#asking)
  }

  get #asking() {
    return { output: process.stderr, signal: this.stop.signal }
  }
}
