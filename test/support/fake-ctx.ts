import { connect } from '../../src/aws/clients.ts'
import { type Ctx, memory } from '../../src/aws/ctx.ts'
import { tagsFor } from '../../src/aws/ownership.ts'
import { Rates } from '../../src/aws/rate.ts'

/** A second of AWS's time is a millisecond in unit tests. */
process.env.ECOM_INFRA_PACE = '0.002'

export interface FakeCtx extends Ctx {
  /** What the type has said while it waited. */
  readonly notes: string[]
}

const rates = new Rates()
// Nothing is known of rates in a unit test: what matters there is which calls are made.
rates.take = () => Promise.resolve()

/** A ctx whose clients are real ones, for aws-sdk-client-mock to stand in front of. Stack `shop-dev`. */
export function fakeCtx(overrides: Partial<Ctx> = {}): FakeCtx {
  const notes: string[] = []
  const { signal } = new AbortController()
  const gate = { rates, signal, permit: () => null, heard: () => undefined, credentials: null }
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const clients = connect({ region: 'us-east-1', endpoint: null, credentials }, gate)
  return {
    ...clients,
    stack: 'shop-dev',
    account: '123456789012',
    partition: 'aws',
    region: 'us-east-1',
    signal,
    note: (text) => void notes.push(text),
    tags: (address, generation) => ({
      ...tagsFor('shop-dev', address, { owner: 'web-team' }),
      ...(generation === undefined ? {} : { 'ecom-infra:generation': generation }),
    }),
    retired: [],
    memo: memory(),
    ...overrides,
    notes,
  }
}

/** An error as the SDK throws it. */
export const refusal = (name: string, message = name, status = 400): Error =>
  Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: status } })
