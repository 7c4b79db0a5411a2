import { expect, it } from 'vitest'
import type { Call, Verdict } from '../support/proxy.ts'
import type { CliRun } from '../support/run-cli.ts'
import { Blade } from './blade.ts'

const STATE = '/ecom-infra-state-123456789012-us-east-1/shop-dev/'

const call = (action: string, service = 'ec2', path = '/', mutating = true): Call =>
  ({ service, action, path, form: {}, mutating, answered: 0, status: 0 }) as Partial<Call> as Call

/** A run that only knows whether it has been killed. */
function aimed(...points: string[]) {
  const [wanted, killed] = [new Set(points), { by: '' }]
  const blade = new Blade(wanted)
  const kill = (signal: string) => {
    killed.by = signal
  }
  blade.aimAt({ kill } as Partial<CliRun> as CliRun)
  return { blade, wanted, killed }
}

const answer = (verdict: Verdict, status: number) => {
  if (typeof verdict !== 'object' || !('rewrite' in verdict)) throw new Error(`not rewritten: ${String(verdict)}`)
  return verdict.rewrite({ status, headers: {}, body: '' })
}

it('before: the call reaches nobody, and nothing after it', async () => {
  const { blade, wanted, killed } = aimed('before ec2:CreateVpc')
  expect(await blade.intercept(call('CreateSubnet'))).toBe('forward')
  expect(await blade.intercept(call('CreateVpc'))).toBe('reset-before')
  expect([killed.by, wanted.size]).toEqual(['SIGKILL', 0])
  expect(await blade.intercept(call('DescribeVpcs', 'ec2', '/', false))).toBe('reset-before')
})

it('after: what comes while AWS does it waits, and reaches nobody', async () => {
  const { blade, wanted, killed } = aimed('after ec2:CreateVpc')
  const verdict = await blade.intercept(call('CreateVpc'))
  const other = blade.intercept(call('CreateSubnet'))
  expect(killed.by).toBe('')
  expect(await answer(verdict, 200)).toBe('reset')
  expect([killed.by, wanted.size, await other]).toEqual(['SIGKILL', 0, 'reset-before'])
})

it('after: what AWS refused was not done, and the run goes on', async () => {
  const { blade, wanted, killed } = aimed('after ec2:CreateVpc')
  const verdict = await blade.intercept(call('CreateVpc'))
  const other = blade.intercept(call('CreateSubnet'))
  expect(await answer(verdict, 400)).toMatchObject({ status: 400 })
  expect([killed.by, wanted.size, await other]).toEqual(['', 1, 'forward'])
})

it.each(['manifest.json', 'lock.json'])(
  'unwritten: at the next write of %s, when the answer has been read',
  async (key) => {
    const { blade, wanted, killed } = aimed('unwritten ec2:CreateVpc')
    const action = key === 'lock.json' ? 'DeleteObject' : 'PutObject'
    expect(await blade.intercept(call(action, 's3', STATE + key))).toBe('forward')
    const made = call('CreateVpc')
    expect(await blade.intercept(made)).toBe('forward')
    const write = blade.intercept(call(action, 's3', STATE + key))
    Object.assign(made, { answered: 1, status: 200 })
    expect(killed.by).toBe('')
    expect([await write, killed.by, wanted.size]).toEqual(['reset-before', 'SIGKILL', 0])
  },
)

it('unwritten: a run that ends by itself has written nothing more', async () => {
  const { blade, wanted } = aimed('unwritten ec2:CreateVpc')
  const made = call('CreateVpc')
  await blade.intercept(made)
  Object.assign(made, { answered: 1, status: 200 })
  blade.end()
  expect(wanted.size).toBe(0)
})
