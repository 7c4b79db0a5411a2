const SECRET =
  /pass(word|phrase|wd)|secret|private_?key|credential|^token$|(session|auth|access|security|refresh)_?token/i
/** A name or a number that leads to a secret is none. */
const POINTER = /(arns?|ids?|names?|versions?)$/i

/** The first key, at any depth, that is named like a secret. Its value is never looked at. */
export function secretKeyIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = SECRET.test(key) && !POINTER.test(key) ? key : secretKeyIn(inner)
    if (found !== null) return found
  }
  return null
}
