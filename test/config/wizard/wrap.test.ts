import { expect, test } from 'vitest'
import { wrap } from '../../../src/config/wizard/wrap.ts'

test.each([
  ['short', 80, 'short'],
  ['one two three', 7, 'one two\nthree'],
  ['one two three', 8, 'one two\nthree'],
  ['a word-that-is-longer than that', 6, 'a\nword-that-is-longer\nthan\nthat'],
  ['', 10, ''],
])('%j in %i columns', (line, width, wrapped) => expect(wrap(line, width)).toBe(wrapped))
