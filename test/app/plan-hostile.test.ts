import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { configIn, readPlan } from '../../src/app/plan-file.ts'
import { astrayFrom, changedSince, type SavedPlan, savedPlan, sealFor } from '../../src/app/saved-plan.ts'
import { Problem } from '../../src/engine/errors.ts'
import { errorText } from '../../src/report/error-text.ts'
import { change, planOf, step, TARGET } from '../report/steps.ts'
import { expectTellable, nasty, working } from '../support/hostile.ts'

const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-hostile-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' } as const
const consent = { adopt: [], replace: [], deleteData: false, refreshAmi: false } as const
const plan = planOf(step('ec2:vpc/main', { action: 'create', changes: [change('cidrBlock', null, '10.0.0.0/16')] }))
const saved = savedPlan({ ...TARGET, config, consent, targets: [] }, plan, { version: '0.1.0', at: new Date(0) })

/** Anybody can make a seal: it tells of damage, and not of a hand. */
const sealed = (parts: object): string => {
  const rest = { ...saved, ...parts } as SavedPlan
  return JSON.stringify({ ...rest, seal: sealFor(rest) })
}

/** The plan, or the refusal. Anything else is a bug. */
async function outcomeOf(body: string | Uint8Array): Promise<SavedPlan | Problem> {
  const file = join(folder, 'x.plan')
  writeFileSync(file, body)
  try {
    const read = await readPlan(file)
    configIn(read, file)
    return read
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    expect(error.exit).toBe(2)
    expectTellable(errorText(error, { color: false }))
    return error
  }
}

describe('a plan of a stranger', () => {
  test('is a plan or a refusal, whatever is in its fields', async () => {
    const value = fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }), fc.array(nasty), fc.dictionary(nasty, fc.jsonValue()))
    const parts = fc.dictionary(fc.constantFrom(...Object.keys(saved), '__proto__'), value, { minKeys: 1, maxKeys: 3 })
    await fc.assert(
      fc.asyncProperty(parts, async (some) => {
        const outcome = await outcomeOf(sealed(some))
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
        if (!(outcome instanceof Problem))
          expect(outcome).toMatchObject({ stack: 'shop-dev', config: { name: 'shop' } })
      }),
      { numRuns: 80 },
    )
  })

  test('whose steps are odd is not the plan of anything', async () => {
    const odd = fc.record({
      ...{ address: nasty, action: nasty, id: fc.option(nasty), older: fc.array(nasty) },
      changes: fc.array(fc.record({ path: nasty, from: fc.jsonValue(), to: fc.jsonValue() })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 3 }), async (steps) => {
        const outcome = await outcomeOf(sealed({ steps }))
        if (outcome instanceof Problem) throw outcome
        expect(changedSince(outcome, plan).length).toBeGreaterThan(0)
        expect(astrayFrom(outcome, plan)).toHaveLength(1)
      }),
      { numRuns: 80 },
    )
  })

  test.each([
    [
      'deeper than any',
      sealed({}).replace('"from":null', `"from":${'['.repeat(5000)}${']'.repeat(5000)}`),
      'PlanDamaged',
    ],
    ['open without end', '['.repeat(5e6), 'PlanDamaged'],
    ['larger than any', Buffer.alloc(10 * 1024 * 1024, ' '), 'NoPlan'],
    ['a program', Buffer.from('\x7fELF\0\0', 'latin1'), 'NoPlan'],
    ['UTF-16', Buffer.from(`\ufeff${sealed({})}`, 'utf16le'), 'NoPlan'],
    ['a config with a password', sealed({ config: { ...config, password: 'hunter2' } }), 'InvalidConfig'],
    ['a config with a command', sealed({ config: { ...config, name: '$(touch pwned)' } }), 'InvalidConfig'],
    ['a name without end', sealed({ version: 'x'.repeat(5000) }), 'PlanDamaged'],
  ])('that is %s is refused in time', async (_, body, code) => {
    const worked = working()
    expect(await outcomeOf(body)).toMatchObject({ code, exit: 2 })
    expect(worked()).toBeLessThan(2)
  })

  test('that is a device is refused, and not read', async () => {
    await expect(readPlan('/dev/zero')).rejects.toMatchObject({ code: 'NoPlan', message: '/dev/zero is not a file.' })
  })
})
