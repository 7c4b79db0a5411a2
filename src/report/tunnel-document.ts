/** Where a tunnel begins, and what is at its end. */
export interface TunnelFacts {
  readonly stack: string
  readonly region: string
  /** On 127.0.0.1. */
  readonly port: number
  readonly bastion: { readonly host: string; readonly port: number; readonly user: string }
  /** The id of the instance. */
  readonly instance: string | null
  readonly database: {
    readonly id: string
    /** The name that its certificate is for. */
    readonly host: string
    readonly name: string
    readonly user: string
    readonly secretArn: string | null
  }
  /** A file of the certificates that the server's is checked against. */
  readonly rootCertificates: string
  /** That file has none for this region. */
  readonly rootless?: boolean
}

/** The one line of `--json`. It never holds the password. */
export const tunnelDocument = (facts: TunnelFacts) => ({
  schema: 'ecom-infra/tunnel/1',
  stack: facts.stack,
  host: '127.0.0.1',
  port: facts.port,
  database: facts.database.name,
  user: facts.database.user,
  databaseInstance: facts.database.id,
  databaseHost: facts.database.host,
  secretArn: facts.database.secretArn,
  rootCertificates: facts.rootCertificates,
  instance: facts.instance,
  bastion: facts.bastion,
  connectionString: connectionString(facts),
})

/** What every client of libpq understands. `PGHOST` is whom the certificate has to be for, `PGHOSTADDR` where it is. */
export const libpqVariables = ({
  port,
  database,
  rootCertificates,
}: TunnelFacts): Readonly<Record<string, string>> => ({
  PGHOST: database.host,
  PGHOSTADDR: '127.0.0.1',
  PGPORT: String(port),
  PGUSER: database.user,
  PGDATABASE: database.name,
  PGSSLMODE: 'verify-full',
  PGSSLROOTCERT: rootCertificates,
})

/**
 * What of the caller's own environment must not come with these: a service of theirs takes the place of all of them, the
 * password apart, which would then go to a stranger; the rest asks for another kind of server or connection than RDS's.
 */
export const FOREIGN_VARIABLES = [
  ...(['PGSERVICE', 'PGSERVICEFILE'] as const),
  ...(['PGTARGETSESSIONATTRS', 'PGGSSENCMODE', 'PGSSLNEGOTIATION'] as const),
]

/** Without a password: libpq asks for it, or takes it from PGPASSWORD. */
export function connectionString({ port, database, rootCertificates }: TunnelFacts): string {
  const url = new URL(`postgresql://${database.host}:${port}`)
  url.username = database.user
  url.pathname = `/${database.name}`
  const options = { hostaddr: '127.0.0.1', sslmode: 'verify-full', sslrootcert: rootCertificates }
  return `${url.href}?${Object.entries(options)
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%2F', '/')}`)
    .join('&')}`
}
