import { harmlessLine } from '../text/harmless.ts'
import { shellQuoted } from '../text/quoted.ts'
import { blocks, clean, painter } from './style.ts'
import { connectionString, FOREIGN_VARIABLES, libpqVariables, type TunnelFacts } from './tunnel-document.ts'
import type { TextOptions } from './types.ts'

/** For a shell: the root certificates as AWS has them now, in place of those that came with this program. */
export const ownRoots =
  'curl -fsSO https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem && export PGSSLROOTCERT="$PWD/global-bundle.pem"'

/** What a person needs to use the tunnel. */
export function tunnelText(facts: TunnelFacts, { color }: TextOptions): string {
  const paint = painter(color)
  const { port, database, stack } = facts
  const line = (label: string, value: string) => `  ${paint('quiet', label.padEnd(12))}${value}`
  const url = connectionString(facts)
  return blocks(
    [`The database of ${clean(stack)} is at 127.0.0.1:${port} until Ctrl-C.`],
    [line('connection', clean(url)), line('psql', `psql ${shellQuoted(clean(url))}`), ...passwordLines(facts, line)],
    [
      line(
        'TLS',
        `The certificate is for ${clean(database.host)}: the lines above go to 127.0.0.1 and check that name.`,
      ),
      line('', 'A client that cannot tell the two apart: 127.0.0.1 with sslmode=verify-ca and the same sslrootcert.'),
      ...(facts.rootless ? rootlessLines(facts).map((text) => line('', text)) : []),
    ],
    ['`ecom-infra ssh-bastion -- psql` does all of that by itself, the password included.'],
  )
}

/** What to do first where no client can verify the database. */
export const rootlessLines = ({ region }: Pick<TunnelFacts, 'region'>): readonly string[] => [
  `There are no root certificates of RDS in ${clean(region)} here, so no client can verify it. Get them, then begin anew:`,
  ownRoots,
]

function passwordLines(
  { database, region }: TunnelFacts,
  line: (label: string, value: string) => string,
): readonly string[] {
  const { secretArn } = database
  if (secretArn === null) return []
  return [line('password', `in Secrets Manager: ${clean(secretCommand(secretArn, region))}`)]
}

const secretCommand = (arn: string, region: string): string =>
  `aws secretsmanager get-secret-value --region ${shellQuoted(region)} --secret-id ${shellQuoted(arn)} --query SecretString --output text`

/** For a shell to read. The password is not among it: what is printed is kept, in logs and in scrollback. */
export function exportsText(facts: TunnelFacts): string {
  const { database, region } = facts
  const lines = Object.entries(libpqVariables(facts)).map(([name, value]) => `export ${name}=${shellQuoted(value)}`)
  const { secretArn } = database
  const password =
    secretArn === null
      ? []
      : [harmlessLine(`# PGPASSWORD is not printed. It is in ${secretCommand(secretArn, region)}`)]
  return [`unset ${FOREIGN_VARIABLES.join(' ')}`, ...lines, ...password].join('\n')
}
