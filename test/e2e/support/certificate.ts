import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Raw } from './raw.ts'

/** Puts a certificate into the account that ends after so many days, signed by itself. Gives its ARN. */
export async function importCertificate({ acm }: Raw, days: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-certificate-'))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  try {
    const about = [
      '-days',
      String(days),
      '-subj',
      '/CN=shop.example.com',
      '-addext',
      'subjectAltName=DNS:shop.example.com',
    ]
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...about]
    execFileSync('openssl', made, { stdio: 'ignore' })
    const { CertificateArn = '' } = await acm.importCertificate({
      ...{ Certificate: readFileSync(certificate), PrivateKey: readFileSync(key) },
    })
    return CertificateArn
  } finally {
    rmSync(folder, { recursive: true })
  }
}
