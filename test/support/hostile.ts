import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'

/** What steers a terminal, a shell, YAML, JSON, XML, nginx, systemd or JavaScript. */
const NASTY: readonly string[] = [
  ...['\u001b[2J', '\u001b]0;owned\u0007', '\u009b31m', '\r', '\n', '\t', '\b', '\u0000', '\u007f', '\u202e', '\u2066'],
  ...[
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned;',
    '| touch pwned',
    '&& touch pwned',
    '> pwned',
    "'",
    '"',
    '\\',
  ],
  ...["';touch pwned;'", '"; touch pwned; "', '\nEND\ntouch pwned\n', '$IFS', '~', '*', '--help', '-rf', '!!', '#'],
  ...['<script>', '</title>', '&amp;', ']]>', '<!--', '%n', '%(x)s', '$' + '{x}', '{{x}}', '../../etc/passwd', '/'],
  ...[
    ': ',
    '- ',
    '? ',
    '&a',
    '*a',
    '!x',
    '|',
    '>-',
    '[',
    ']',
    '{',
    '}',
    '<<',
    '%YAML 1.1',
    '---',
    '...',
    '~',
    '0x',
    ',',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'true', '1e999', '.nan', '-0'],
  ...['\ud800', '\ufeff', '\u2028', '\ufffe', '\u00a0', 'é', '寿司', '😀', 'ﬁ', '\u0130', 'x'.repeat(300)],
]

/** None of these may ever be told. */
export const SECRETS: readonly string[] = [
  ...['hunter2', 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  'ghp_0123456789abcdefghij0123456789abcdef',
]

/** Text from which trouble may come. */
export const nasty: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 5 })), { maxLength: 6 })
    .map((all) => all.join('')),
)

/** A text with pieces taken out, put in and put twice. */
export const spoiled = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(12), nasty), { minLength: 1, maxLength: 4 })
    .map((cuts) => cuts.reduce((one, [at, gone, put]) => one.slice(0, at) + put + one.slice(at + gone), text))

// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/** A text that may be shown to anybody, on any terminal. */
export function expectTellable(text: string, most = 64 * 1024): void {
  expect(text).not.toMatch(STEERS)
  for (const secret of SECRETS) expect(text).not.toContain(secret)
  expect(text.length).toBeLessThanOrEqual(most)
}

/** Seconds of work from here on: on a busy machine the clock tells nothing. */
export function working(): () => number {
  const began = process.cpuUsage()
  return () => process.cpuUsage(began).user / 1e6
}

const CORPUS = join(import.meta.dirname, '..', 'fixtures', 'corpus')

export const corpus = (kind: 'config' | 'manifest'): readonly string[] => readdirSync(join(CORPUS, kind)).sort()
export const corpusFile = (kind: 'config' | 'manifest', name: string): string => join(CORPUS, kind, name)
export const corpusText = (kind: 'config' | 'manifest', name: string): string =>
  readFileSync(corpusFile(kind, name), 'utf8')
