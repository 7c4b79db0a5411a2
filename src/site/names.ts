/** S3 takes no more in one upload (aws-behaviours.md 5.9). */
const MOST_BYTES = 5 * 1024 ** 3

/** S3 takes no longer names, in bytes of UTF-8. */
const LONGEST_KEY = 1024

/** What other systems leave in folders. */
const LITTER = new Set(['Thumbs.db', 'desktop.ini'])

/**
 * What is never uploaded: hidden files are for whoever works on the site (`.git`, `.DS_Store`) or secret (`.env`), and
 * what is uploaded is seen by everybody. But the web has one hidden folder of its own.
 */
export const isLeftOut = (name: string): boolean => (name.startsWith('.') && name !== '.well-known') || LITTER.has(name)

/** Why S3 would refuse a name, or nobody could ever ask for it; null: it is fine. */
export function badName(key: string): string | null {
  // What is no UTF-8 is read as U+FFFD.
  if (/[\p{Cc}\ufffd]/u.test(key)) return 'has a name with control characters, or one that is not UTF-8'
  const length = Buffer.byteLength(key)
  return length > LONGEST_KEY ? `has a name of ${length} bytes, and S3 takes ${LONGEST_KEY}` : null
}

/** Why S3 would refuse a file of that size; null: it is fine. */
export const badSize = (bytes: number): string | null =>
  bytes > MOST_BYTES ? `has ${bytes} bytes, and S3 takes ${MOST_BYTES} (5 GiB) at once` : null
