const ESCAPE = '\u001b'
const SEQUENCE = new RegExp(`^${ESCAPE}\\[([?]?)([\\d;]*)([A-Za-z])`)

/** What a terminal shows after all that was written to it: enough of one for prompts and progress, and no more. */
export class Screen {
  readonly #columns: number
  readonly #rows: number
  /** Including what has scrolled away: `#top` is the first line that is seen. */
  #lines: string[][] = [[]]
  #top = 0
  #x = 0
  #y = 0
  #rest = ''
  /** Whether a colour or another way to write was ever asked for. */
  styled = false
  cursorVisible = true

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.#rows = rows
  }

  /** The whole text, scrolled away or not. */
  get text(): string {
    return this.#lines
      .map((line) =>
        Array.from(line, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd()
  }

  write(data: string): void {
    let text = this.#rest + data
    this.#rest = ''
    while (text !== '') {
      if (!text.startsWith(ESCAPE)) {
        const [char = ''] = text
        this.#put(char)
        text = text.slice(char.length)
        continue
      }
      const found = SEQUENCE.exec(text)
      if (found === null) {
        if (text.length > 20)
          throw new Error(`a sequence that this screen does not know: ${JSON.stringify(text.slice(0, 20))}`)
        this.#rest = text // the other half is still to come
        return
      }
      this.#obey(found)
      text = text.slice(found[0].length)
    }
  }

  #put(char: string): void {
    if (char === '\r') this.#x = 0
    else if (char === '\n') this.#down()
    else if (char === '\b') this.#x = Math.max(0, this.#x - 1)
    else if (char !== '\u0007') this.#show(char)
  }

  #show(char: string): void {
    if (this.#x === this.#columns) {
      this.#x = 0
      this.#down()
    }
    this.#line[this.#x] = char
    this.#x += 1
  }

  #down(): void {
    this.#y += 1
    this.#top = Math.max(this.#top, this.#y - this.#rows + 1)
    while (this.#lines.length <= this.#y) this.#lines.push([])
  }

  get #line(): string[] {
    const line = this.#lines[this.#y]
    if (line === undefined) throw new Error('the cursor left the screen')
    return line
  }

  #obey([whole, question, numbers = '', letter = '']: RegExpExecArray): void {
    const [first = '', second = ''] = numbers.split(';')
    const count = Number(first || 1)
    const acts: Readonly<Record<string, () => void>> = {
      m: () => {
        this.styled ||= first !== '' && first !== '0'
      },
      A: () => {
        this.#y = Math.max(this.#top, this.#y - count)
      },
      B: () => this.#move(this.#y - this.#top + 1 + count, this.#x + 1),
      C: () => this.#move(this.#y - this.#top + 1, Math.min(this.#columns, this.#x + 1 + count)),
      D: () => this.#move(this.#y - this.#top + 1, Math.max(1, this.#x + 1 - count)),
      G: () => this.#move(this.#y - this.#top + 1, count),
      H: () => this.#move(count, Number(second || 1)),
      J: () => this.#eraseBelow(first),
      K: () => this.#eraseLine(first),
      '?h': () => this.#mode(first, true),
      '?l': () => this.#mode(first, false),
    }
    const act = acts[`${question}${letter}`]
    if (act === undefined) throw new Error(`a sequence that this screen does not know: ${JSON.stringify(whole)}`)
    act()
  }

  #mode(number: string, on: boolean): void {
    if (number === '25') this.cursorVisible = on
  }

  #move(row: number, column: number): void {
    this.#y = this.#top + row - 1
    this.#x = column - 1
    while (this.#lines.length <= this.#y) this.#lines.push([])
  }

  #eraseBelow(how: string): void {
    if (how === '2') {
      for (const line of this.#lines.slice(this.#top)) line.length = 0
      return
    }
    this.#eraseLine('0')
    this.#lines.length = this.#y + 1
  }

  #eraseLine(how: string): void {
    if (how === '2') this.#line.length = 0
    else if (how === '1') this.#line.fill(' ', 0, this.#x + 1)
    else this.#line.length = Math.min(this.#line.length, this.#x)
  }
}
