/** An entry of a list. */
export interface Choice<T> {
  readonly value: T
  readonly name: string
  /** What the answered question shows of it; its name, if left out. */
  readonly short?: string
  /** Shown below the list while the cursor is on it. */
  readonly description?: string
  /** Why it cannot be taken. */
  readonly disabled?: string
}
