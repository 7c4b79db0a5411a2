/**
 * How long a browser may keep a file, told by its name: the first rule that fits decides. The patterns look at a path
 * that begins with a slash, and are written so that JavaScript and nginx (PCRE) read them alike: what the bucket says
 * of a file and what the web servers say of it is the same.
 */
export const CACHE_RULES: readonly { readonly pattern: string; readonly cacheControl: string }[] = [
  // Everything else is found through the pages, so these are asked for anew each time.
  { pattern: String.raw`\.x?html?$`, cacheControl: 'no-cache' },
  // A hash of the content in the name, as bundlers write it: another content has another name. Eight or more
  // hexadecimal digits, of which one at least is a letter, for a date is no hash, and one no letter, for neither is
  // a word.
  {
    pattern: String.raw`[/._-](?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,}\.[^/]*$`,
    cacheControl: 'public, max-age=31536000, immutable',
  },
  // The same in letters of both cases, as the newer ones do for code: a digit and a capital tell it from a word.
  {
    pattern: String.raw`-(?=[A-Za-z]*[0-9])(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{8}\.(css|m?js)(\.map)?$`,
    cacheControl: 'public, max-age=31536000, immutable',
  },
  // What keeps its name when it changes: seen by everybody within the hour.
  { pattern: '', cacheControl: 'public, max-age=3600' },
]

/** The `Cache-Control` of a key in the bucket. */
export function cacheControlOf(key: string): string {
  const rule = CACHE_RULES.find(({ pattern }) => new RegExp(pattern).test(`/${key}`))
  return rule?.cacheControl ?? 'no-cache'
}
