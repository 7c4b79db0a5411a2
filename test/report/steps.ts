import { Failed, type Problem } from '../../src/engine/errors.ts'
import type { Fate, Result } from '../../src/engine/execute.ts'
import type { Node } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import type { AnyType, Live } from '../../src/engine/resource.ts'
import type { Plan, Step } from '../../src/engine/steps.ts'

export const TARGET = { stack: 'shop-dev', account: '123456789012', region: 'us-east-1' }

export const PLAIN = { color: false }

/** A step of a plan, as far as a report looks at it. */
export function step(address: Address, rest: Partial<Step> = {}): Step {
  const type = { type: address.split('/')[0] } as AnyType
  const base = { address, type, place: null, layer: 'Network', action: 'none', reason: null, changes: [] } as const
  return { ...base, node: {} as Node, live: null, older: [], after: [], mode: null, rank: 0, ...rest }
}

export const live = (id: string, ours = true): Live => ({
  ...{ address: 'x:x/x', id, ours, spec: {}, tags: {}, out: {} },
})

export const change = (path: string, from: unknown, to: unknown): Step['changes'][number] => ({
  ...{ path, field: path, from, to, change: 'mutable' },
})

export const planOf = (...steps: readonly Step[]): Plan => ({ steps })

export const fate = (address: Address, rest: Partial<Fate> = {}): Fate => ({
  ...{ address, deed: 'create', outcome: 'done', error: null, ...rest },
})

export const resultOf = (fates: readonly Fate[], stopped: unknown = null): Result => ({
  ...{ fates, stopped, outs: new Map() },
})

/** Stands for `aws/explain.ts`. */
export const explain = (error: unknown): Problem =>
  new Failed('Quota', 'The quota of VPCs is used up.', {
    ...{ awsCode: 'VpcLimitExceeded', requestId: 'req-1', action: 'ec2:CreateVpc', cause: error },
    hint: 'Ask for more.',
  })

/** A text as it stands in a test: without the first line break, and the indentation of the last line. */
export function lines(strings: TemplateStringsArray): string {
  const text = strings.raw[0] ?? ''
  const indent = /\n( *)$/.exec(text)?.[1] ?? ''
  return text
    .replace(/^\n/, '')
    .replace(/\n *$/, '')
    .split('\n')
    .map((line) => line.replace(new RegExp(`^${indent}  `), ''))
    .join('\n')
}
