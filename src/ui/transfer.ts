import { sizeOf } from '../site/files.ts'
import type { PushEvent } from '../site/push.ts'
import { printable } from './words.ts'

interface OnItsWay {
  readonly bytes: number
  moved: number
}

/** Files on their way that are shown before the rest is only counted. */
const SHOWN = 4

/** Counts files and bytes on their way. Draws nothing. */
export class Transfer {
  readonly #running = new Map<string, OnItsWay>()
  #total = { files: 0, bytes: 0 }
  #done = { files: 0, bytes: 0 }
  #deleted = 0
  #stopping = false

  take(event: PushEvent): void {
    if (event.kind === 'planned') this.#total = { files: event.files, bytes: event.bytes }
    if (event.kind === 'started') this.#running.set(event.key, { bytes: event.bytes, moved: 0 })
    if (event.kind === 'stopping') this.#stopping = true
    if (event.kind === 'moved') this.#move(event.key, event.bytes)
    if (event.kind === 'finished') this.#finish(event)
  }

  #move(key: string, bytes: number): void {
    const running = this.#running.get(key)
    if (running) running.moved += bytes
  }

  #finish({ key, deed, outcome, bytes }: Extract<PushEvent, { kind: 'finished' }>): void {
    this.#running.delete(key)
    if (outcome === 'failed') return
    if (deed === 'delete') this.#deleted++
    else this.#done = { files: this.#done.files + 1, bytes: this.#done.bytes + bytes }
  }

  /** "uploading 3 of 12 files, 1.2 MB of 3.4 MB". */
  get title(): string {
    const gone = [...this.#running.values()].reduce((sum, { moved }) => sum + moved, this.#done.bytes)
    const { files, bytes } = this.#total
    const doing = this.#stopping ? 'stopping; uploaded' : 'uploading'
    const uploads = `${doing} ${this.#done.files} of ${files} files, ${sizeOf(gone)} of ${sizeOf(bytes)}`
    return this.#deleted === 0 ? uploads : `${uploads}, ${this.#deleted} deleted`
  }

  /** What is on its way right now, the largest first. */
  get lines(): readonly string[] {
    const all = [...this.#running].sort(([, one], [, other]) => other.bytes - one.bytes)
    const lines = all.slice(0, SHOWN).map(([key, { bytes, moved }]) => {
      const share = bytes === 0 ? 0 : Math.floor((moved / bytes) * 100)
      return `${printable(key)}  ${share} % of ${sizeOf(bytes)}`
    })
    return all.length > SHOWN ? [...lines, `… and ${all.length - SHOWN} more`] : lines
  }
}
