const SIZES = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge', '8xlarge']

export const familyOf = (instanceType: string): string => instanceType.split('.')[0] ?? ''

/** The usual sizes of a type's family, small ones first. */
export const siblingsOf = (instanceType: string): readonly string[] =>
  SIZES.map((size) => `${familyOf(instanceType)}.${size}`)

/** Small ones first; what has no usual size comes last. */
export function bySize(a: string, b: string): number {
  const rank = (type: string) => {
    const index = SIZES.indexOf(type.split('.').at(-1) ?? '')
    return index < 0 ? SIZES.length : index
  }
  return rank(a) - rank(b) || a.localeCompare(b)
}

/** Families that share the quota "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances". */
export const isStandard = (instanceType: string): boolean => /^(a|c|d|h|i|im|is|m|r|t|z)\d/.test(instanceType)

/** How many vCPUs a type has, as far as its name tells; null: it does not. */
export function vcpusOf(instanceType: string): number | null {
  const [family = '', size = ''] = instanceType.split('.')
  if (/^(m2|cr1|hs1)$/.test(family)) return null
  const times = /^(\d*)xlarge$/.exec(size)
  if (times) return 4 * Number(times[1] || 1)
  if (size === 'large' || (size === 'medium' && family === 't2')) return 2
  if (!['nano', 'micro', 'small', 'medium'].includes(size)) return null
  return /^t([3-9]|\d\d)/.test(family) ? 2 : 1
}
