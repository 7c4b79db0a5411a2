/** What is not known is never shown as nothing. */
export function monthly(usd: number | null): string {
  return usd === null ? 'price unknown' : `$${usd.toFixed(2)} a month`
}
