import { createHash } from 'node:crypto'

/** Of a host key, as OpenSSH and the console write it. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
