/** A run, as its lock tells of it. */
interface Run {
  readonly command: string
  readonly startedAt: string
  readonly holder: string
  readonly host: string
  readonly pid: number
}

/** What `status` says of a run that is under way, or was cut off. `flags` lead the next command to the same stack. */
export function runNote({ command, startedAt, holder, host, pid }: Run, dead: boolean, flags: string): string {
  const who = `process ${pid} of ${holder} on ${host}, since ${startedAt}`
  if (!dead) return `"${command}" is under way (${who}): what is shown here may have changed already.`
  // A setting that was cut off is part of what `up` makes.
  const next = command === 'down' ? 'down' : 'up'
  return `"${command}" was cut off (${who}): \`ecom-infra ${next}${flags}\` goes on from there.`
}
