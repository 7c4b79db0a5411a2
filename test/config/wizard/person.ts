import { Writable } from 'node:stream'
import { screen, wrapPrompt } from '@inquirer/testing/vitest'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Given } from '../../../src/config/answers.ts'
import type { Config } from '../../../src/config/schema.ts'
import { QUESTIONS } from '../../../src/config/wizard/questions.ts'
import { askConfig } from '../../../src/config/wizard.ts'

vi.mock('../../../src/config/wizard/shortened.ts', async (importOriginal) => {
  const { shortened } = await importOriginal<{
    readonly shortened: (config: object, context?: object) => Promise<unknown>
  }>()
  return { shortened: wrapPrompt(shortened) }
})

export const SUGGESTED = { blueprint: 'ecommerce', name: 'store', environment: 'dev', region: 'us-east-1' }
/** All that flags can say. */
export const FLAGS = { blueprint: 'ecommerce', name: 'shop', environment: 'dev', region: 'us-east-1' }
export const REVIEW = 'Your answers: '
export const OWN = '203.0.113.7'

const KEYS = ['up', 'down', 'backspace']

/** Somebody who answers the wizard, on a screen in memory. */
class Person {
  /** What was told between the questions, on one line. */
  said = ''
  /** The page that tells everybody his address. */
  address: () => Promise<Response> = async () => new Response(`${OWN}\n`)

  /** Starts the wizard. */
  ask(given: Given = {}, suggested: Partial<typeof SUGGESTED> = {}): Promise<Config> {
    const output = new Writable({
      write: (chunk, _, done) => {
        this.said += String(chunk).replaceAll('\n', ' ')
        done()
      },
    })
    vi.stubGlobal('fetch', () => this.address())
    return askConfig({ given, suggested: { ...SUGGESTED, ...suggested }, env: {}, output })
  }

  get screen(): string {
    return screen.getScreen()
  }

  async shows(words: string | RegExp): Promise<void> {
    await expect.poll(() => this.screen, { interval: 2, timeout: 5_000 }).toMatch(words)
  }

  /** Waits for a question, presses these keys, or types these words, and Enter. */
  async answer(question: string, ...keys: readonly string[]): Promise<void> {
    await this.press(question, ...keys)
    screen.keypress('enter')
  }

  /** The same, without Enter. */
  async press(question: string, ...keys: readonly string[]): Promise<void> {
    await this.shows(question)
    for (const key of keys) {
      if (KEYS.includes(key)) screen.keypress(key)
      else screen.type(key)
    }
  }

  /** Enter at each question after the first of these titles and before the other one, as far as no flag has answered it. */
  async enter({ from, to, given = {} }: Stretch): Promise<void> {
    const titles = QUESTIONS.filter(({ path }) => !(String(path[0]) in given)).map(({ title }) => title)
    const [first, last] = [
      from === undefined ? 0 : titles.indexOf(from) + 1,
      to === undefined ? undefined : titles.indexOf(to),
    ]
    for (const title of titles.slice(first, last)) await this.answer(`${title}: `)
  }

  /** To this entry of the list of answers, and Enter. */
  async change(title: string): Promise<void> {
    const down = QUESTIONS.findIndex((one) => one.title === title) + 1
    await this.answer(REVIEW, ...times(down, 'down'))
  }
}

interface Stretch {
  readonly from?: string
  readonly to?: string
  readonly given?: Given
}

export const times = (count: number, key: string): readonly string[] => Array.from({ length: count }, () => key)

let person: Person
beforeEach(() => {
  person = new Person()
})
afterEach(() => vi.unstubAllGlobals())

/** A new one for each test. */
export const somebody = (): Person => person
