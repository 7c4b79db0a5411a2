import { describe, expect, test } from 'vitest'
import type { Observation } from '../../src/app/observe.ts'
import { refuseBlocked, refuseMistyped } from '../../src/app/up-plan.ts'
import { Problem } from '../../src/engine/errors.ts'
import type { Address } from '../../src/engine/ref.ts'
import { planOf, step } from '../report/steps.ts'

function refused(work: () => void): Problem {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('was accepted')
}

const blocked = (reason: string) => step('rds:instance/main', { action: 'blocked', reason })
const PROTECTION = blocked('the class changes, and `protect: true` refuses every replacement')

describe('a blocked plan', () => {
  test('that protection alone blocks names the setting', () => {
    expect(refused(() => refuseBlocked(planOf(PROTECTION))).details.hint).toMatch(/^Set `protect: false` in the config/)
  })

  test('that something else blocks, too, says to remove that', () => {
    const plan = planOf(PROTECTION, blocked('a stranger'))
    expect(refused(() => refuseBlocked(plan)).details.hint).toMatch(/^Remove what stands in the way/)
  })
})

test.each(['adopt', 'replace'] as const)('--%s takes no pattern, and says so', (flag) => {
  const wishes = {
    adopt: new Set<Address>(),
    replace: new Set<Address>(),
    [flag]: new Set<Address>(['ec2:*' as Address]),
  }
  const nothing = { sightings: [], wanted: { nodes: new Map() } } as unknown as Observation
  expect(refused(() => refuseMistyped(wishes, [], nothing)).message).toBe(
    `--${flag} takes addresses, not patterns: ec2:*.`,
  )
})
