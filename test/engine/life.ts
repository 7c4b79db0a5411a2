/** Never settles: what a dead process still waits for. */
const never = () => new Promise<never>(() => undefined)

/**
 * The life of one run of the engine. `kill -9` at the n-th moment: from then on nothing that this run does has an
 * effect, and nothing that it waits for ever comes. A moment is the beginning or the end of a call or of a journal write.
 */
export class Life {
  readonly killed: Promise<'killed'>
  #left: number
  #die: () => void = () => undefined
  #dead = false
  /** How many moments there have been. */
  moments = 0

  constructor(killAt: number = Number.POSITIVE_INFINITY) {
    this.#left = killAt
    this.killed = new Promise((resolve) => {
      this.#die = () => resolve('killed')
    })
  }

  get dead(): boolean {
    return this.#dead
  }

  /** One more moment has passed; it may have been the last. */
  async pass(): Promise<void> {
    this.moments++
    if (--this.#left <= 0 && !this.#dead) {
      this.#dead = true
      this.#die()
    }
    await this.breathe()
  }

  /** Goes on only while alive. */
  async breathe(): Promise<void> {
    if (this.#dead) await never()
  }
}
