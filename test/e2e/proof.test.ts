import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { without } from './support/answers.ts'
import { holding } from './support/holding.ts'
import { type Document, openStack, type Stack } from './support/stack.ts'
import { stateOf } from './support/state.ts'

interface Receipt extends Document {
  readonly gone: readonly { readonly address: string }[]
  readonly lost: readonly { readonly address: string }[]
  readonly checked: readonly string[]
  readonly unchecked: readonly { readonly action: string; readonly what: string; readonly hint: string }[]
  readonly stopped: { readonly code: string } | null
}

/** Only the sweep asks for them. */
const BACKUPS = 'DescribeDBInstanceAutomatedBackups'

/** Issue 5, items 11 and 12: the receipt lists what is gone, whatever becomes of the proof. */
describe('a teardown that cannot be proved', () => {
  let stack: Stack
  const down = ['down', '--yes', '--delete-data']
  const intercept = (...how: Parameters<Stack['account']['proxy']['intercept']>) =>
    stack.account.proxy.intercept(...how)
  const up = (...more: string[]) => stack.json<Document>(['up', '--yes', ...more], 0, { ECOM_INFRA_PACE: '0.01' })
  const state = () => stateOf(stack)

  beforeAll(async () => {
    stack = await openStack()
  })
  afterEach(() => intercept(null))
  afterAll(() => stack?.close())

  it('interrupted while it sweeps: ends with 130, and says what is gone and lost', async () => {
    const { summary } = await up()
    const { reached, intercept: hold, release } = holding(BACKUPS)
    intercept(hold)
    const run = stack.start([...down, '--json'])
    await reached
    run.kill('SIGINT')
    await run.said(/finishing the calls in flight/)
    release()
    const { code, stdout, stderr, json } = await run.result
    expect(code, `${stdout}${stderr}`).toBe(130)
    const receipt = json<Receipt>()
    expect(receipt).toMatchObject({ schema: 'ecom-infra/down/1', stopped: { code: 'Interrupted' }, failures: [] })
    expect(receipt.gone).toHaveLength(summary.created ?? 0)
    expect(receipt.lost.map(({ address }) => address)).toContain('rds:instance/main')
    // Nothing is claimed, and the state stays until it can be.
    expect(receipt).toMatchObject({ checked: [], leftovers: [] })
    expect(receipt.kept).toMatchObject([{ type: 's3:object', why: 'the state of this stack' }])
    expect(await state().keys()).toContain('shop-dev/manifest.json')
    expect(await state().locked()).toBe(false)
  })

  it('a network that fails while it sweeps, and after it: ends with 1, and says what is gone', async () => {
    await up('--target', 'ec2:vpc/main')
    intercept(({ action }) => ([BACKUPS, 'ListObjectVersions'].includes(action) ? 'reset-before' : 'forward'))
    const receipt = await stack.json<Receipt>(down, 1)
    expect(receipt).toMatchObject({ schema: 'ecom-infra/down/1', gone: [{ address: 'ec2:vpc/main' }], checked: [] })
    expect(receipt.stopped).toMatchObject({ code: 'Unreachable' })
  })

  it('a listing that is denied: ends with 1, and says what nobody could look through, and what to do', async () => {
    await up('--target', 'ec2:vpc/main')
    intercept(without('rds', BACKUPS))
    const receipt = await stack.json<Receipt>(down, 1)
    expect(receipt).toMatchObject({ gone: [{ address: 'ec2:vpc/main' }], leftovers: [], failures: [], stopped: null })
    expect(receipt.unchecked).toMatchObject([{ action: `rds:${BACKUPS}`, what: 'rds: db instance automated backups' }])
    expect(receipt.unchecked[0]?.hint).toContain(`Allow rds:${BACKUPS} in IAM`)
    expect(receipt.checked.join()).toContain('db snapshots')
    expect(await state().keys()).toContain('shop-dev/manifest.json')
    expect(receipt.checked.join()).not.toContain('automated backups')
    const { code, stdout } = await stack.run(down)
    expect(code).toBe(1)
    expect(stdout).toContain('Nothing of shop-dev was found in what could be looked through.')
    expect(stdout).not.toContain('Nothing is left')
  })

  it('with the right granted the same command proves it', async () => {
    const receipt = await stack.json<Receipt>(down)
    expect(receipt).toMatchObject({ leftovers: [], unchecked: [], stopped: null })
    expect(receipt.checked.join()).toContain('automated backups')
    expect(await stack.raw.s3.listBuckets({})).not.toHaveProperty('Buckets.0')
  })
})
