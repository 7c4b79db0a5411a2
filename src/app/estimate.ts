import { jobsOf } from '../engine/jobs.ts'
import type { Memory } from '../engine/look.ts'
import { criticalPath } from '../engine/schedule.ts'
import type { Plan } from '../engine/steps.ts'

const never = () => Promise.reject(new Error('An estimate does nothing.'))

/** Seconds that a plan typically takes on AWS: its longest chain. */
export function typicalSeconds(plan: Plan, memory: Memory): number {
  return criticalPath(jobsOf(plan, memory, { make: never, ready: never, drop: never }).jobs)
}
