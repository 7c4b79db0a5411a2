import { expect, test } from 'vitest'
import { dollars, plural, rate, roughly, tally, took, wrapped } from '../../src/report/words.ts'

test.each([
  [5, 'less than a minute'],
  [60, 'about 1 minute'],
  [400, 'about 7 minutes'],
  [3_590, 'about 1 hour'],
  [4_200, 'about 1 hour 10 minutes'],
  [7_260, 'about 2 hours 1 minute'],
])('%d seconds are %s', (seconds, words) => {
  expect(roughly(seconds)).toBe(words)
})

test.each([
  [0, '0.0 s'],
  [1_240, '1.2 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min'],
  [252_000, '4 min 12 s'],
])('%d ms took %s', (ms, words) => {
  expect(took(ms)).toBe(words)
})

test('counts', () => {
  expect(plural(1, 'API call')).toBe('1 API call')
  expect(plural(2, 'thing is', 'things are')).toBe('2 things are')
  expect(
    tally([
      [0, 'failed'],
      [3, 'created'],
      [1, 'unchanged'],
    ]),
  ).toBe('3 created, 1 unchanged')
})

test('money is told to the cent', () => {
  expect([rate(0.5), rate(0.045), rate(3)]).toEqual(['$0.50', '$0.045', '$3.00'])
  expect([dollars(0), dollars(3.6), dollars(1234.5)]).toEqual(['$0.00', '$3.60', '$1234.50'])
})

test('a text is broken between words, and a word never', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('unbreakable word', 4)).toEqual(['unbreakable', 'word'])
  expect(wrapped('short')).toEqual(['short'])
})
