export interface Measured {
  readonly step: string
  readonly calls: number
  readonly changes: number
  readonly ms: number
  readonly peakMb: number
}

/** The median and the least of several starts. */
export interface Start {
  readonly args: string
  readonly ms: number
  readonly least: number
  readonly runs: number
  readonly peakMb: number
}

export interface Report {
  readonly schema: 'ecom-infra/bench/1'
  readonly node: string
  readonly cpus: number
  readonly runs: readonly { readonly latencyMs: number; readonly steps: readonly Measured[] }[]
  readonly start: readonly Start[]
}

type Row = readonly string[]

export function textOf({ node, cpus, runs, start }: Report): string {
  const lives = runs.map(({ latencyMs, steps }) => {
    const rows = steps.map(({ step, calls, changes, ms, peakMb }) => [
      step,
      String(calls),
      String(changes),
      `${(ms / 1000).toFixed(2)} s`,
      `${peakMb.toFixed(0)} MB`,
    ])
    return `${latencyMs} ms a call\n${table([['', 'calls', 'changes', 'time', 'peak memory'], ...rows])}`
  })
  const starts = start.map(({ args, ms, least, peakMb }) => [
    args,
    `${ms.toFixed(0)} ms`,
    `${least.toFixed(0)} ms`,
    `${peakMb.toFixed(0)} MB`,
  ])
  const runsEach = start[0]?.runs ?? 0
  const begins = `Start-up, ${runsEach} runs\n${table([['', 'median', 'fastest', 'peak memory'], ...starts])}`
  return [`Node ${node}, ${cpus} processors`, ...lives, begins].join('\n\n')
}

/** Words to the left, figures to the right. */
function table(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n')
}

const pad = (cell: string, width: number, column: number): string =>
  column === 0 ? cell.padEnd(width) : cell.padStart(width)
