import type { Clock, Memory } from '../../src/engine/look.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { Entry, Journal } from '../../src/engine/runtime.ts'
import type { Life } from './life.ts'

/** Seconds between two writes. */
const WINDOW = 1
/** Seconds after a run's end for which AWS may hide what it made (design.md 6.4). */
const DOUBT = 60

type Entries = ReadonlyMap<Address, Entry>
type Tokens = ReadonlyMap<Address, string>

/** What survives a run: the manifest as it was last written. */
export class Disk {
  resources: Entries = new Map()
  announced: Tokens = new Map()
  writes = 0
  /** When the last run can last have made a call. */
  #endedAt = 0

  closed(now: number): void {
    this.#endedAt = now
  }

  wipe(): void {
    this.resources = new Map()
    this.announced = new Map()
  }

  memory(): Memory {
    const doubtUntil = this.#endedAt + DOUBT * 1000
    const announced = [...this.announced].map(([address, token]) => [address, { token, doubtUntil }] as const)
    return { resources: this.resources, announced: new Map(announced) }
  }
}

/**
 * The journal of one run, as src/state keeps it in S3: `announce` is durable when it returns; everything else is
 * written within a second, many changes in one write, and is lost when the run is killed before.
 */
export class MemoryJournal implements Journal {
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #life: Life
  #resources: Entries
  #announced: Tokens
  #scheduled = false
  #dirty = false
  /** How often `announce` was called, and whether the next one fails. */
  announcements = 0
  broken = false

  constructor(disk: Disk, clock: Clock, life: Life) {
    this.#disk = disk
    this.#clock = clock
    this.#life = life
    this.#resources = disk.resources
    this.#announced = disk.announced
  }

  async announce(creations: readonly { readonly address: Address; readonly token: string }[]): Promise<void> {
    this.announcements++
    if (this.broken) throw new Error('the manifest cannot be written')
    this.#announced = new Map([...this.#announced, ...creations.map((one) => [one.address, one.token] as const)])
    this.#dirty = true
    await this.flush()
  }

  withdraw(address: Address): void {
    this.#change(this.#resources, without(this.#announced, address))
  }

  record(address: Address, entry: Entry): void {
    this.#change(new Map(this.#resources).set(address, entry), without(this.#announced, address))
  }

  forget(address: Address): void {
    this.#change(without(this.#resources, address), this.#announced)
  }

  /** The whole manifest in one write. */
  async flush(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    await this.#life.pass()
    this.#disk.resources = this.#resources
    this.#disk.announced = this.#announced
    this.#disk.writes++
    await this.#life.pass()
  }

  #change(resources: Entries, announced: Tokens): void {
    this.#resources = resources
    this.#announced = announced
    this.#dirty = true
    if (this.#scheduled) return
    this.#scheduled = true
    void this.#clock.pause(WINDOW).then(() => {
      this.#scheduled = false
      return this.flush()
    })
  }
}

function without<V>(map: ReadonlyMap<Address, V>, address: Address): ReadonlyMap<Address, V> {
  return new Map([...map].filter(([key]) => key !== address))
}
