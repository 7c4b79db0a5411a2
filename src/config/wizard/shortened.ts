import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  makeTheme,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from '@inquirer/core'
import type { Choice } from './choice.ts'

interface Style {
  message(text: string, status: string): string
  error(text: string): string
}

interface LongList<T> {
  readonly message: string
  readonly choices: readonly Choice<T>[]
  readonly default?: T
  readonly pageSize: number
  readonly theme: { readonly style: Style }
}

/** As people type it: `sao paulo`. */
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()

const leftOf = <T>(choices: readonly Choice<T>[], term: string): readonly Choice<T>[] =>
  choices.filter(({ name }) => plain(name).includes(plain(term)))

const moveOf = (key: Parameters<typeof isUpKey>[0]): number => (isUpKey(key) ? -1 : 0) + (isDownKey(key) ? 1 : 0)

/**
 * A list that is shortened by typing. Enter takes what is marked; where nothing is left of the list it takes nothing.
 * `search` of @inquirer/prompts looks again after each key, and drops an Enter that comes meanwhile: what is pasted
 * with its Enter would be lost there.
 */
export const shortened = createPrompt(
  <T>({ message, choices, default: suggested, pageSize, theme: { style } }: LongList<T>, done: (value: T) => void) => {
    const theme = makeTheme({ style: { message: style.message, error: style.error } })
    const [answer, setAnswer] = useState<Choice<T> | null>(null)
    const [term, setTerm] = useState('')
    const first = choices.findIndex(({ value }) => value === suggested)
    const [active, setActive] = useState(Math.max(first, 0))
    const status = answer === null ? 'idle' : 'done'
    const prefix = usePrefix({ status, theme })
    const left = leftOf(choices, term)
    const marked = left[active]

    useKeypress((key, readline) => {
      const move = moveOf(key)
      if (isEnterKey(key) && marked) {
        setAnswer(marked)
        done(marked.value)
      } else if (isEnterKey(key)) {
        // It has been taken away by Enter.
        readline.write(term)
      } else if (move !== 0) {
        readline.clearLine(0)
        readline.write(term)
        setActive(Math.min(Math.max(active + move, 0), left.length - 1))
      } else if (readline.line !== term) {
        setTerm(readline.line)
        setActive(0)
      }
    })

    const page = usePagination({
      items: left,
      active,
      renderItem: ({ item: { name }, isActive }) => (isActive ? theme.style.highlight(`❯ ${name}`) : `  ${name}`),
      pageSize,
      loop: false,
    })
    const asked = `${prefix} ${theme.style.message(message, status)}`
    if (answer) return `${asked} ${theme.style.answer(answer.short ?? answer.name)}`
    const none = theme.style.error(`Nothing in the list has "${term.trim()}" in it.`)
    return [`${asked} ${term}`, left.length > 0 ? page : none]
  },
)
