import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { Admission } from './admit.ts'
import { needs } from './needs.ts'
import { descendants, end, freePort, said, spawnTethered } from './tethered.ts'

interface SshdOptions {
  /** How long an admitted key is let in. */
  readonly seconds?: number
  /** More lines of `sshd_config`, which go before ours. */
  readonly config?: readonly string[]
}

/** A real OpenSSH server on loopback, with a port, a folder and host keys of its own. */
export class Sshd {
  readonly port: number
  readonly folder: string
  readonly admission: Admission
  readonly user = userInfo().username
  readonly #program: string
  readonly #config: readonly string[]
  #child: ChildProcess | null = null

  private constructor(
    program: string,
    folder: string,
    at: { port: number; admission: Admission; config: readonly string[] },
  ) {
    this.#program = program
    this.folder = folder
    this.port = at.port
    this.admission = at.admission
    this.#config = at.config
  }

  /** Skips the test where there is no sshd. */
  static async start(test: Pick<TestContext, 'skip'>, { seconds = 60, config = [] }: SshdOptions = {}): Promise<Sshd> {
    const program = needs(test, { program: 'sshd', debian: 'openssh-server' })
    const folder = await mkdtemp(join(tmpdir(), 'ecom-infra-sshd-'))
    const sshd = new Sshd(program, folder, {
      config,
      port: await freePort(),
      admission: await Admission.in(folder, seconds),
    })
    sshd.newHostKey()
    await sshd.start()
    return sshd
  }

  /** On the same port as before. */
  async start(): Promise<void> {
    // Where sshd runs as root it wants this folder, which a service would have made.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
    writeFileSync(this.#path('sshd_config'), `${[...this.#config, ...this.#settings()].join('\n')}\n`)
    const child = spawnTethered([this.#program, '-D', '-e', '-f', this.#path('sshd_config')], {
      ending: 'TERM',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    await said(child, /Server listening on/)
  }

  /** The server and all its sessions. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === null) return
    this.#child = null
    const sessions = descendants(child.pid ?? 0)
    await end(child, 'SIGTERM')
    for (const pid of sessions) kill(pid, 'SIGKILL')
  }

  /** All sessions are cut at once; the server goes on. Returns how many processes there were. */
  killSessions(): number {
    return this.signalSessions('SIGKILL')
  }

  signalSessions(signal: NodeJS.Signals): number {
    const sessions = descendants(this.#child?.pid ?? 0)
    for (const pid of sessions) kill(pid, signal)
    return sessions.length
  }

  /** Used from the next start on. */
  newHostKey(): void {
    rmSync(this.#path('host_key'), { force: true })
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.#path('host_key')])
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.folder, name)
  }

  #settings(): readonly string[] {
    return [
      ...['ListenAddress 127.0.0.1', `Port ${this.port}`, `HostKey ${this.#path('host_key')}`, 'PidFile none'],
      ...['UsePAM no', 'StrictModes no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no'],
      ...['PermitRootLogin prohibit-password', 'AuthorizedKeysFile none', 'MaxStartups 200', 'PrintMotd no'],
      `AuthorizedKeysCommand ${this.admission.command}`,
      `AuthorizedKeysCommandUser ${this.user}`,
    ]
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
