import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { needs } from './needs.ts'
import { end, freePort, said, spawnTethered } from './tethered.ts'

/** The name that the certificate is for, as RDS would give it. */
export const ENDPOINT = 'demo-db.c0ffee000000.eu-central-1.rds.amazonaws.com'

/** A real PostgreSQL on loopback, which speaks TLS only, with a port, a folder and a CA of its own. */
export class Postgres {
  readonly port: number
  readonly folder: string
  readonly user = 'shop'
  readonly database = 'postgres'
  readonly password = 'p@ss word/%'
  /** The name that its certificate is for. */
  readonly endpoint: string
  readonly #program: string
  readonly #as: string | undefined
  #child: ChildProcess | null = null

  private constructor(program: string, folder: string, at: { readonly port: number; readonly endpoint: string }) {
    this.#program = program
    this.folder = folder
    this.port = at.port
    this.endpoint = at.endpoint
    // PostgreSQL refuses to run as root.
    this.#as = process.getuid?.() === 0 ? 'postgres' : undefined
  }

  /** Skips the test where there is no PostgreSQL. */
  static async start(test: Pick<TestContext, 'skip'>, endpoint = ENDPOINT): Promise<Postgres> {
    const program = needs(test, { program: 'postgres', debian: 'postgresql' })
    needs(test, { program: 'psql', debian: 'postgresql-client' })
    needs(test, { program: 'openssl', debian: 'openssl' })
    const folder = await mkdtemp(join(tmpdir(), 'ecom-infra-postgres-'))
    const postgres = new Postgres(program, folder, { port: await freePort(), endpoint })
    postgres.#makeCertificates()
    postgres.#makeCluster()
    await postgres.start()
    return postgres
  }

  /** Of the authority that has signed the certificate: for PGSSLROOTCERT. */
  get authority(): string {
    return this.#path('ca.crt')
  }

  /** What libpq needs to go through a tunnel at this port, and to verify who answers. */
  environment(port: number): Record<string, string> {
    return {
      ...{ PGHOST: this.endpoint, PGHOSTADDR: '127.0.0.1', PGPORT: String(port), PGUSER: this.user },
      ...{ PGDATABASE: this.database, PGPASSWORD: this.password, PGCONNECT_TIMEOUT: '20' },
      ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: this.authority },
    }
  }

  async start(): Promise<void> {
    const settings = {
      ...{ port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 120 },
      ...{ ssl: 'on', ssl_cert_file: this.#path('server.crt'), ssl_key_file: this.#path('server.key') },
      ...{ fsync: 'off', shared_buffers: '16MB' },
    }
    const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawnTethered([this.#program, '-D', this.#path('data'), ...words], {
      ending: 'QUIT',
      ...(this.#as === undefined ? {} : { as: this.#as }),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    await said(child, /ready to accept connections/)
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child) await end(child, 'SIGQUIT')
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.folder, name)
  }

  #makeCertificates(): void {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' })
    const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=A test authority')
    const names = ['-addext', `subjectAltName=DNS:${this.endpoint}`, '-addext', 'basicConstraints=critical,CA:FALSE']
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key']
    openssl(
      'req',
      '-x509',
      ...fresh,
      ...signed,
      ...names,
      '-keyout',
      'server.key',
      '-out',
      'server.crt',
      '-subj',
      `/CN=A test server`,
    )
  }

  #makeCluster(): void {
    writeFileSync(this.#path('password'), this.password)
    this.#handOver()
    const made = this.#run('initdb', '-D', this.#path('data'), '-U', this.user, '--pwfile', this.#path('password'))
    if (made.status !== 0) throw new Error(`initdb failed:\n${made.stderr}${made.stdout}`)
    const rules = 'hostssl all all 127.0.0.1/32 scram-sha-256\n'
    writeFileSync(this.#path('data/pg_hba.conf'), rules)
    this.#handOver()
  }

  /** Everything in the folder belongs to the one who runs the server. */
  #handOver(): void {
    chmodSync(this.#path('server.key'), 0o600)
    if (this.#as === undefined) return
    const id = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, this.#as ?? ''], { encoding: 'utf8' }))
    const [user, group] = [id('-u'), id('-g')]
    chmodSync(this.folder, 0o755)
    chownSync(this.folder, user, group)
    for (const name of readdirSync(this.folder)) chownSync(this.#path(name), user, group)
  }

  #run(program: string, ...args: readonly string[]) {
    const user = this.#as === undefined ? [] : ['--reuid', this.#as, '--regid', this.#as, '--clear-groups']
    const path = join(this.#program, '..', program)
    const fast = ['--no-sync', '--locale=C', '--encoding=UTF8', '--auth=scram-sha-256']
    return spawnSync('setpriv', [...user, path, ...args, ...fast], { cwd: this.folder, encoding: 'utf8' })
  }
}
