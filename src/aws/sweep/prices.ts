/** US dollars a month at the on-demand prices of us-east-1: enough to know what a leftover is worth cleaning up. */
const HOURS = 730

const cents = (usd: number): number => Math.round(usd * 100) / 100

export const NAT_GATEWAY = cents(0.045 * HOURS)
export const ADDRESS = cents(0.005 * HOURS)
export const LOAD_BALANCER = cents(0.0225 * HOURS)

/** An interface endpoint costs by the zone; a gateway endpoint nothing. */
export const endpoint = (interfaces: number): number => cents(0.01 * HOURS * interfaces)

const HOURLY: Readonly<Record<string, number>> = {
  't3.nano': 0.0052,
  't3.micro': 0.0104,
  't3.small': 0.0208,
  't3.medium': 0.0416,
  't3.large': 0.0832,
  't4g.nano': 0.0042,
  't4g.micro': 0.0084,
  't4g.small': 0.0168,
  't4g.medium': 0.0336,
  't4g.large': 0.0672,
}

/** Null for a type whose price is not known here. */
export const instance = (type: string | undefined): number | null => {
  const hourly = HOURLY[type ?? '']
  return hourly === undefined ? null : cents(hourly * HOURS)
}

const PER_GB: Readonly<Record<string, number>> = { gp2: 0.1, gp3: 0.08, standard: 0.05, st1: 0.045, sc1: 0.015 }

/** Storage alone: what is provisioned on top is not known here. */
export const volume = (type: string | undefined, gb: number | undefined): number | null => {
  const price = PER_GB[type ?? '']
  return price === undefined || gb === undefined ? null : cents(price * gb)
}

export const logs = (bytes: number | undefined): number => cents(((bytes ?? 0) / 1024 ** 3) * 0.03)
