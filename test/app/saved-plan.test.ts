import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { configIn, readPlan, writePlan } from '../../src/app/plan-file.ts'
import { changedSince, type SavedPlan, savedPlan, sealFor } from '../../src/app/saved-plan.ts'
import { UNKNOWN } from '../../src/engine/ref.ts'
import type { Step } from '../../src/engine/steps.ts'
import { change, live, planOf, step, TARGET } from '../report/steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-plan-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'change.plan')

const config = { name: 'shop', environment: 'dev', region: 'us-east-1', blueprint: 'ecommerce' } as const
const consent = { adopt: ['iam:role/web'], replace: [], deleteData: false, refreshAmi: false } as const
const draft = { ...TARGET, config, consent, targets: ['ec2:*'] }

const vpc = step('ec2:vpc/main', { action: 'create', changes: [change('cidrBlock', null, '10.0.0.0/16')] })
const subnet = step('ec2:subnet/a', {
  ...{ action: 'update', live: live('subnet-1'), changes: [change('mapPublicIp', undefined, UNKNOWN)] },
})
const old = step('ec2:subnet/z', { action: 'delete', node: null, live: live('subnet-9') })
const still = step('ec2:subnet/b', { live: live('subnet-2') })
const made = (...steps: readonly Step[]): SavedPlan =>
  savedPlan(draft, planOf(...steps), { version: '0.1.0', at: new Date('2026-11-21T17:00:00Z') })
const saved = made(vpc, subnet, old, still)

describe('a saved plan', () => {
  test('says whose it is, from what it was made, and what it touches', () => {
    expect(saved).toMatchObject({
      ...{ schema: 'ecom-infra/saved-plan/1', version: '0.1.0', madeAt: '2026-11-21T17:00:00.000Z' },
      ...{ ...TARGET, config, consent, targets: ['ec2:*'], seal: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(saved.steps).toEqual([
      {
        address: 'ec2:vpc/main',
        action: 'create',
        id: null,
        older: [],
        changes: [change('cidrBlock', null, '10.0.0.0/16')].map(({ path, from, to }) => ({ path, from, to })),
      },
      {
        address: 'ec2:subnet/a',
        action: 'update',
        id: 'subnet-1',
        older: [],
        changes: [{ path: 'mapPublicIp', from: null, to: UNKNOWN }],
      },
      { address: 'ec2:subnet/z', action: 'delete', id: 'subnet-9', older: [], changes: [] },
    ])
  })

  test('is written for its owner alone, and read as it was written', async () => {
    writeFileSync(file, 'an older one', { mode: 0o644 })
    await writePlan(file, saved)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await readPlan(file)).toEqual(saved)
    expect(configIn(saved, file).config).toMatchObject({ ...config, protect: false })
    expect(readdirSync(folder)).toEqual(['change.plan'])
  })

  test('takes the place of a link, and never writes through it', async () => {
    const [link, elsewhere] = [join(folder, 'link.plan'), join(folder, 'elsewhere')]
    writeFileSync(elsewhere, 'theirs')
    symlinkSync(elsewhere, link)
    await writePlan(link, saved)
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs')
    expect(await readPlan(link)).toEqual(saved)
  })

  test.each([join(folder, 'missing', 'x.plan'), folder])('that cannot be written leaves nothing: %s', async (path) => {
    const before = readdirSync(folder)
    await expect(writePlan(path, saved)).rejects.toMatchObject({ code: 'NotWritten', exit: 2 })
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('what is read', () => {
  const text = JSON.stringify(saved)
  const resealed = (parts: object) => {
    const rest = { ...saved, ...parts } as SavedPlan
    return JSON.stringify({ ...rest, seal: sealFor(rest) })
  }

  test.each([
    ['empty', '', 'PlanDamaged'],
    ['cut off', text.slice(0, -40), 'PlanDamaged'],
    ['something else', '[1, 2]', 'PlanDamaged'],
    ['a config', JSON.stringify(config), 'PlanDamaged'],
    ['changed in one place', text.replace('10.0.0.0/16', '10.9.0.0/16'), 'PlanDamaged'],
    ['allowed more than it was', text.replace('"deleteData":false', '"deleteData":true'), 'PlanDamaged'],
    ['sealed, but not whole', resealed({ steps: [{ address: 'ec2:vpc/main' }] }), 'PlanDamaged'],
    ['of a newer version', resealed({ schema: 'ecom-infra/saved-plan/2' }), 'PlanNewer'],
  ])('%s is refused', async (_, body, code) => {
    writeFileSync(file, body)
    await expect(readPlan(file)).rejects.toMatchObject({ code, exit: 2 })
  })

  test('a missing file, or a folder, is refused', async () => {
    await expect(readPlan(join(folder, 'none'))).rejects.toMatchObject({ code: 'NoPlan', exit: 2 })
    await expect(readPlan(folder)).rejects.toMatchObject({ code: 'NoPlan', exit: 2 })
  })

  test('no byte can be changed unseen, and nothing but a refusal comes of it', async () => {
    const other = join(folder, 'fuzzed')
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 33, max: 126 }), async (at, code) => {
        const body = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
        writeFileSync(other, body)
        const read = await readPlan(other).catch((error: { exit?: number }) => error.exit)
        expect(body === text ? typeof read : read).toBe(body === text ? 'object' : 2)
      }),
      { numRuns: 200 },
    )
  })

  test('a config that is of another stack than the plan is refused', () => {
    expect(() => configIn({ ...saved, stack: 'other-dev' }, file)).toThrow(/another stack/)
    expect(() => configIn({ ...saved, config: { ...config, region: 'nowhere' } }, file)).toThrow(/region/)
  })
})

describe('a fresh plan', () => {
  test('that is the same has changed nothing, whatever is there besides', () => {
    const more = step('ec2:subnet/c', { live: live('subnet-3') })
    expect(changedSince(saved, planOf(old, subnet, vpc, more))).toEqual([])
  })

  test.each<[string, readonly Step[], string]>([
    [
      'something appeared',
      [{ ...vpc, action: 'none', live: live('vpc-1') }, subnet, old],
      'ec2:vpc/main: planned was create, now it is nothing',
    ],
    ['something went', [vpc, subnet], 'ec2:subnet/z: planned was delete subnet-9, now it is nothing'],
    [
      'another took its place',
      [vpc, { ...subnet, live: live('subnet-7') }, old],
      'ec2:subnet/a: planned was update subnet-1, now it is update subnet-7',
    ],
    [
      'one more drifted',
      [vpc, subnet, old, { ...still, action: 'update', changes: [change('x', 1, 2)] }],
      'ec2:subnet/b: planned was nothing, now it is update subnet-2',
    ],
    [
      'it drifted otherwise',
      [vpc, { ...subnet, changes: [change('mapPublicIp', true, UNKNOWN)] }, old],
      `ec2:subnet/a: planned was mapPublicIp from null to "${UNKNOWN}", now it is mapPublicIp from true to "${UNKNOWN}"`,
    ],
    [
      'an earlier one goes too',
      [vpc, { ...subnet, older: [live('subnet-0')] }, old],
      'ec2:subnet/a: planned was update subnet-1, now it is update subnet-1 with subnet-0',
    ],
    [
      'it is blocked',
      [{ ...vpc, action: 'blocked', live: live('vpc-8', false) }, subnet, old],
      'ec2:vpc/main: planned was create, now it is blocked vpc-8',
    ],
  ])('tells where %s', (_, steps, words) => {
    expect(changedSince(saved, planOf(...steps))).toEqual([words])
  })
})
