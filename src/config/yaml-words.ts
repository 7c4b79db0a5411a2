import type { ErrorCode, YAMLError } from 'yaml'

const STRAY = 'is not YAML: something stands here that does not belong here'

/**
 * What is said of each of the parser's complaints; null: its own words. Where these repeat what stands in the file,
 * speak of its functions or need a context, they are ours: a password without quotes may begin with any of the marks.
 */
const WORDS: Readonly<Record<ErrorCode, string | null>> = {
  ...{ ALIAS_PROPS: null, BAD_ALIAS: null, BAD_COLLECTION_TYPE: null, BAD_INDENT: null, BAD_PROP_ORDER: null },
  ...{ BAD_SCALAR_START: null, BLOCK_AS_IMPLICIT_KEY: null, BLOCK_IN_FLOW: null, DUPLICATE_KEY: null },
  ...{ IMPOSSIBLE: null, KEY_OVER_1024_CHARS: null, MISSING_CHAR: null, MULTILINE_IMPLICIT_KEY: null },
  ...{ MULTIPLE_ANCHORS: null, MULTIPLE_TAGS: null, NON_STRING_KEY: null, TAB_AS_INDENT: null },
  BAD_DIRECTIVE: 'is not YAML: unknown directive; none but %YAML 1.2 is read here',
  BAD_DQ_ESCAPE: 'is not YAML: invalid escape sequence; between double quotes a \\ is written as \\\\',
  MULTIPLE_DOCS: 'a second YAML document starts here; one is allowed',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAG_RESOLVE_FAILED: 'is not YAML: unresolved tag; a value that begins with ! needs quotes',
  UNEXPECTED_TOKEN: STRAY,
}

/** What stands behind the mark of a block of text is told by no code of its own. */
const BLOCK = 'is not YAML: text on the line of | or >; a value that begins with one of them needs quotes'

export function describe({ code, message }: YAMLError): string {
  if (message.startsWith('Block scalar header includes')) return BLOCK
  // A newer parser may have a code that nobody has read the words of.
  return (Object.hasOwn(WORDS, code) ? WORDS[code] : STRAY) ?? `is not YAML: ${lowered(message)}`
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
