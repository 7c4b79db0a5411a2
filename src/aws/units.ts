const STEPS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `3.4 GiB`: three figures are enough to know what one would lose. */
export function inUnits(bytes: number): string {
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), STEPS.length - 1)
  return `${Number((bytes / 1024 ** step).toPrecision(3))} ${STEPS[step]}`
}

/** `12 objects`, `1 object`, `10,000 objects`. */
export const counted = (count: number, one: string): string =>
  `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`
