import { describe, expect, it } from 'vitest'
import { type Passing, patiently, until } from '../../src/aws/wait.ts'
import { fakeCtx, refusal } from '../support/fake-ctx.ts'

const FRESH: Passing = { codes: ['InvalidVpcID.NotFound'], seconds: 300, what: 'the VPC' }
const ROLE: Passing = { codes: ['InvalidParameter*'], says: ['unable to assume'], seconds: 120, what: 'the role' }

/** Refuses in these ways, one after the other, and then does it. */
function refusing(...errors: readonly Error[]) {
  const left = [...errors]
  return () => {
    const error = left.shift()
    return error ? Promise.reject(error) : Promise.resolve('done')
  }
}

describe('patience with what AWS refuses', () => {
  const unseen = refusal('InvalidVpcID.NotFound')
  const roleless = refusal('InvalidParameterValue', 'Unable to assume given IAM role')

  it('repeats the call, and says each reason as it comes up', async () => {
    const ctx = fakeCtx()
    const act = refusing(unseen, unseen, roleless, roleless)
    expect(await patiently(ctx, [FRESH, ROLE], act)).toBe('done')
    expect(ctx.notes).toEqual(['waiting for the VPC', 'waiting for the role'])
  })

  it('has none with another code, or the same code for another reason', async () => {
    const ctx = fakeCtx()
    for (const error of [refusal('InvalidGroup.NotFound'), refusal('InvalidParameterValue', 'No such image')])
      await expect(patiently(ctx, [FRESH, ROLE], refusing(error))).rejects.toBe(error)
    expect(ctx.notes).toEqual([])
  })

  it('ends when it has lasted for too long, with what AWS says', async () => {
    const short: Passing = { ...FRESH, seconds: 5 }
    await expect(patiently(fakeCtx(), [short], () => Promise.reject(unseen))).rejects.toBe(unseen)
  })

  it('counts the time of each reason from when it came up', async () => {
    const [first, then] = [FRESH, { ...ROLE, seconds: 5 }]
    // By then the first reason has lasted longer than the second may.
    const act = refusing(unseen, unseen, unseen, unseen, roleless)
    expect(await patiently(fakeCtx(), [first, then], act)).toBe('done')
  })

  it('ends at once when the run is stopped', async () => {
    const stop = new AbortController()
    const ctx = fakeCtx({ signal: stop.signal })
    const waiting = patiently(ctx, [FRESH], () => {
      stop.abort(new Error('stopped'))
      return Promise.reject(unseen)
    })
    await expect(waiting).rejects.toThrow('stopped')
  })
})

describe('waiting until something shows', () => {
  it('says what for, once, and only when the first look is in vain', async () => {
    const ctx = fakeCtx()
    const patience = { what: 'the database', every: 1, timeout: 60 }
    let looks = 0
    expect(await until(ctx, patience, async () => (++looks === 3 ? looks : undefined))).toBe(3)
    expect(await until(ctx, patience, async () => looks)).toBe(3)
    expect(ctx.notes).toEqual(['waiting for the database'])
  })

  it('gives up in the end, and says how to go on', async () => {
    const never = until(fakeCtx(), { what: 'the database', every: 1, timeout: 5 }, async () => undefined)
    await expect(never).rejects.toMatchObject({
      code: 'TimedOut',
      details: { hint: expect.stringContaining('goes on from here') },
    })
  })
})
