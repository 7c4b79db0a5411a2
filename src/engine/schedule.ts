/** A piece of work, and what has to be done before it. */
export interface Job {
  readonly key: string
  readonly after: readonly string[]
  /** How long it typically takes. */
  readonly seconds: number
  /** Waits only: it takes no slot from those that call AWS. */
  readonly idle: boolean
  run(): Promise<void>
}

export type JobOutcome = 'done' | 'failed' | 'skipped'

export interface Limits {
  readonly concurrency: number
  /** No job starts once it is aborted; those that run are awaited. */
  readonly signal: AbortSignal
  /** Told of jobs that never start, because of what they wait for or of the signal. */
  readonly onSkip: (job: Job) => void
}

/**
 * The seconds that are still to come on the longest chain that begins with each job, itself included.
 * What has most behind it starts first: a database before a tag (design.md 5).
 */
export function ranks(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const dependents = new Map<string, Job[]>()
  for (const job of jobs) for (const key of job.after) dependents.set(key, [...(dependents.get(key) ?? []), job])
  const known = new Map<string, number>()
  const rank = (job: Job): number => {
    const already = known.get(job.key)
    if (already !== undefined) return already
    const longest = Math.max(0, ...(dependents.get(job.key) ?? []).map(rank))
    known.set(job.key, job.seconds + longest)
    return job.seconds + longest
  }
  for (const job of jobs) rank(job)
  return known
}

/** Seconds on the longest chain: no schedule can be faster. */
export const criticalPath = (jobs: readonly Job[]): number => Math.max(0, ...ranks(jobs).values())

/**
 * Runs each job when those that it waits for are done, the longest chain first. A failure skips what depends on it
 * and nothing else. What a job waits for and is not among the jobs counts as done. Never throws: `run` reports by itself.
 */
export async function schedule(jobs: readonly Job[], limits: Limits): Promise<ReadonlyMap<string, JobOutcome>> {
  const run = new Run(jobs, limits)
  await run.finished()
  return run.outcomes
}

class Run {
  readonly outcomes = new Map<string, JobOutcome>()
  readonly #jobs: ReadonlyMap<string, Job>
  readonly #limits: Limits
  readonly #waiting: Job[]
  readonly #running = new Set<Promise<void>>()
  #busy = 0

  constructor(jobs: readonly Job[], limits: Limits) {
    const rank = ranks(jobs)
    this.#jobs = new Map(jobs.map((job) => [job.key, job]))
    this.#limits = limits
    this.#waiting = [...jobs].sort((a, b) => (rank.get(b.key) ?? 0) - (rank.get(a.key) ?? 0))
  }

  async finished(): Promise<void> {
    for (this.#advance(); this.#running.size > 0; this.#advance()) await Promise.race(this.#running)
    for (const job of this.#waiting.splice(0)) this.#skip(job)
  }

  /** Starts and skips whatever can be, until nothing changes. */
  #advance(): void {
    for (let moved = true; moved; ) {
      moved = false
      for (const job of [...this.#waiting]) moved = this.#consider(job) || moved
    }
  }

  #consider(job: Job): boolean {
    const before = job.after.filter((key) => this.#jobs.has(key)).map((key) => this.outcomes.get(key))
    const stopped = this.#limits.signal.aborted
    if (stopped || before.some((outcome) => outcome === 'failed' || outcome === 'skipped')) {
      this.#waiting.splice(this.#waiting.indexOf(job), 1)
      this.#skip(job)
      return true
    }
    const free = job.idle || this.#busy < this.#limits.concurrency
    if (!free || before.some((outcome) => outcome === undefined)) return false
    this.#waiting.splice(this.#waiting.indexOf(job), 1)
    this.#start(job)
    return true
  }

  #start(job: Job): void {
    if (!job.idle) this.#busy++
    const work = job
      .run()
      .then(() => 'done' as const)
      .catch(() => 'failed' as const)
      .then((outcome) => {
        if (!job.idle) this.#busy--
        this.outcomes.set(job.key, outcome)
        this.#running.delete(work)
      })
    this.#running.add(work)
  }

  #skip(job: Job): void {
    this.outcomes.set(job.key, 'skipped')
    this.#limits.onSkip(job)
  }
}
