import type { Event } from '../engine/events.ts'
import type { Layer } from '../engine/graph.ts'
import type { Address } from '../engine/ref.ts'

/** Shows progress. It only listens. */
export interface View {
  emit(event: Event): void
  /** Ends the drawing; what is written afterwards stands below it. */
  close(): Promise<void>
}

export interface ViewOptions {
  readonly tty: boolean
  readonly color: boolean
  readonly out: NodeJS.WriteStream
  /** What is going to change, by its part of the platform. */
  readonly layers: ReadonlyMap<Address, Layer>
  /** `ECOM_INFRA_PACE`: typical times are those of AWS. */
  readonly pace: number
}
