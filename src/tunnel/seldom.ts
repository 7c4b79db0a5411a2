import type { TunnelEvent } from './types.ts'

/** The same words are told once in so many milliseconds, until they are forgotten. */
export class Seldom {
  readonly #tell: (event: TunnelEvent) => void
  readonly #span: number
  readonly #told = new Map<string, number>()

  constructor(tell: (event: TunnelEvent) => void, span: number) {
    this.#tell = tell
    this.#span = span
  }

  tell(event: TunnelEvent): void {
    const now = Date.now()
    for (const [text, at] of this.#told) if (now - at >= this.#span) this.#told.delete(text)
    if (this.#told.has(event.text)) return
    this.#told.set(event.text, now)
    this.#tell(event)
  }

  /** What comes now is a new story. */
  forget(): void {
    this.#told.clear()
  }
}
