import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Raw } from './raw.ts'

/** Texts by where they were found. */
export type Texts = Readonly<Record<string, string>>

/** How a secret may stand in a text: as it is, or in the clothes of a URL, of JSON, or of base64 at any place in its three bytes. */
export function formsOf(secret: string): readonly string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${' '.repeat(offset)}${secret}`).toString('base64')
    // The ends hang together with what stands beside the secret.
    return text.slice(offset === 0 ? 0 : 4, -4)
  })
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded]
}

/** Where a secret stands that should stand nowhere. */
export const leaks = (texts: Texts, secrets: Texts): readonly string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret)
    return Object.entries(texts)
      .filter(([, text]) => forms.some((form) => text.includes(form)))
      .map(([where]) => `${name} in ${where}`)
  })

/** Every version of every object of a bucket: what was overwritten or deleted can still be read there. */
export async function versionsIn({ s3 }: Raw, Bucket: string): Promise<Texts> {
  const { Versions = [] } = await s3.listObjectVersions({ Bucket })
  const read = async ({ Key = '', VersionId = '' }) => {
    const { Body, Metadata } = await s3.getObject({ Bucket, Key, VersionId })
    return [`${Key} ${VersionId}`, `${await Body?.transformToString()} ${JSON.stringify(Metadata)}`] as const
  }
  return Object.fromEntries(await Promise.all(Versions.map(read)))
}

export function filesIn(directory: string): Texts {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'latin1')]))
}

const run = promisify(execFile)

/** The command lines of all processes of this machine, time and again, until something is over. */
export async function commandLinesDuring(over: Promise<unknown>): Promise<readonly string[]> {
  const seen = new Set<string>()
  const state = { over: false }
  const end = () => {
    state.over = true
  }
  over.then(end, end)
  while (!state.over) {
    const { stdout } = await run('ps', ['-A', '-o', 'args='], { maxBuffer: 16 * 1024 ** 2 })
    for (const line of stdout.split('\n')) seen.add(line)
    await sleep(200)
  }
  return [...seen]
}

/** Secrets Manager as a stranger asks it: the product has no client for it, and must not need one. */
export async function secretsManager(endpoint: string, operation: string, input: object): Promise<Texts> {
  const scope = 'stranger/20260101/us-east-1/secretsmanager/aws4_request'
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  })
  if (!answer.ok) throw new Error(`${operation} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Texts
}
