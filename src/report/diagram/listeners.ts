import type { Cell } from './cells.ts'
import { numberAt } from './spec.ts'

/** A load balancer hears only the ports that it has listeners for, whatever its group lets in. */
export function opensTo({ nodes }: Cell, port: number | undefined): boolean {
  const listeners = nodes.filter(({ type }) => type.type === 'elbv2:listener')
  return listeners.length === 0 || listeners.some(({ spec }) => numberAt(spec, 'port') === port)
}
