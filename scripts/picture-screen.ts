const ESCAPE = '\u001b'
const SEQUENCE = new RegExp(`^${ESCAPE}\\[([?]?[\\d;]*)([A-Za-z])`)

const LONGEST = 20

/** A run of characters that look alike. `style` is what SGR numbers asked for, sorted. */
export interface Piece {
  readonly text: string
  readonly style: readonly number[]
}

interface Cell {
  readonly char: string
  readonly style: readonly number[]
}

const BLANK: Cell = { char: ' ', style: [] }

/** What each number takes back. */
const ENDS: Readonly<Record<number, (style: number) => boolean>> = {
  0: () => true,
  22: (style) => style === 1 || style === 2,
  39: (style) => (style >= 30 && style <= 37) || (style >= 90 && style <= 97),
}

/** What a terminal shows in the end, in colour, after all that was drawn over: as much of one as our views use. */
export class PictureScreen {
  readonly #columns: number
  readonly #lines: Cell[][] = [[]]
  #x = 0
  #y = 0
  #style: readonly number[] = []
  #rest = ''

  constructor(columns: number) {
    this.#columns = columns
  }

  write(data: string): void {
    let text = this.#rest + data
    this.#rest = ''
    while (text !== '') {
      const [whole, numbers = '', letter = ''] = SEQUENCE.exec(text) ?? []
      const [char = ''] = text
      if (whole !== undefined) this.#obey(numbers, letter)
      // The other half of it is still to come.
      else if (char === ESCAPE && text.length < LONGEST) {
        this.#rest = text
        return
      } else this.#put(char)
      text = text.slice((whole ?? char).length)
    }
  }

  get lines(): readonly (readonly Piece[])[] {
    return this.#lines.map(piecesOf)
  }

  get text(): string {
    return this.lines.map((line) => line.map(({ text }) => text).join('')).join('\n')
  }

  #put(char: string): void {
    if (char === '\r') this.#x = 0
    else if (char === '\n') this.#down()
    else if (char >= ' ') this.#show(char)
  }

  #show(char: string): void {
    if (this.#x === this.#columns) {
      this.#x = 0
      this.#down()
    }
    this.#line[this.#x] = { char, style: this.#style }
    this.#x += 1
  }

  #down(): void {
    this.#y += 1
    while (this.#lines.length <= this.#y) this.#lines.push([])
  }

  get #line(): Cell[] {
    this.#lines[this.#y] ??= []
    return this.#lines[this.#y] ?? []
  }

  #obey(numbers: string, letter: string): void {
    const count = Number(numbers || 1)
    if (letter === 'm') for (const one of numbers.split(';')) this.#dress(Number(one))
    else if (letter === 'A') this.#y = Math.max(0, this.#y - count)
    else if (letter === 'B') this.#y += count
    else if (letter === 'C') this.#x += count
    else if (letter === 'D') this.#x = Math.max(0, this.#x - count)
    else if (letter === 'G') this.#x = count - 1
    else if (letter === 'K') this.#line.splice(numbers === '2' ? 0 : this.#x)
    else if (letter === 'J') {
      this.#lines.splice(this.#y + 1)
      this.#line.splice(this.#x)
    }
  }

  #dress(number: number): void {
    const ends = ENDS[number]
    this.#style = ends ? this.#style.filter((style) => !ends(style)) : [...this.#style, number].sort((a, b) => a - b)
  }
}

function piecesOf(line: readonly Cell[]): readonly Piece[] {
  const pieces: { text: string; style: readonly number[] }[] = []
  for (const { char, style } of Array.from(line, (cell) => cell ?? BLANK)) {
    const last = pieces.at(-1)
    if (last && last.style.join() === style.join()) last.text += char
    else pieces.push({ text: char, style })
  }
  return pieces
}
