import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Sshd } from '../support/sshd.ts'
import { dial, open, serve, shared, sharedSshd } from './ground.ts'
import { begin, carry, MB, measure, peer, type Round, type Way } from './measure.ts'
import { drink, pour } from './stream.ts'

/** The whole measure takes minutes: that many gigabytes each way, over one connection. */
const GIGABYTES = Number(process.env.ECOM_INFRA_TUNNEL_GB ?? 0)
const AMOUNT =
  GIGABYTES > 0 ? { bytes: 1024 * MB, least: GIGABYTES, most: GIGABYTES } : { bytes: 64 * MB, least: 3, most: 8 }
/** Of OpenSSH's own throughput, and of memory in megabytes. */
const LIMITS = { share: 0.4, growth: 80 }

const total = (rates: readonly number[]): number => rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0)

/**
 * Of the whole: what all of it took. Of little data, beside other tests, the best of each side: what the others do
 * meanwhile hits now the one, now the other.
 */
function shareOf(rounds: readonly Round[]): number {
  const rate = GIGABYTES > 0 ? total : (rates: readonly number[]) => Math.max(...rates)
  return rate(rounds.map(({ ours }) => ours)) / rate(rounds.map(({ theirs }) => theirs))
}

const growthOf = (rounds: readonly Round[]): number => (rounds.at(-1)?.peak ?? 0) - (rounds[0]?.peak ?? 0)

function tell(way: Way, rounds: readonly Round[]): void {
  const line = (...cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(10)).join('')
  const rows = rounds.map(({ ours, theirs, peak }, index) =>
    line(way, ((index + 1) * AMOUNT.bytes) / MB, Math.round(ours), Math.round(theirs), Math.round(peak)),
  )
  const [share, growth] = [Math.round(100 * shareOf(rounds)), Math.round(growthOf(rounds))]
  const sum = `${share} % of ssh -L (at least ${100 * LIMITS.share}); memory grew by ${growth} MB (less than ${LIMITS.growth})`
  console.info([line('way', 'MB', 'MB/s', 'ssh -L', 'memory'), ...rows, sum].join('\n'))
}

describe('much data', () => {
  const theSshd = sharedSshd()
  const theImpatient = shared((context) => Sshd.start(context, { config: ['RekeyLimit 8M'] }))

  test.for<Way>(['down', 'up'])(
    `goes %s whole, fast, and without filling the memory: ${AMOUNT.least} times ${AMOUNT.bytes / MB} MB`,
    { timeout: 600_000 },
    async (way, context) => {
      const more = (rounds: readonly Round[]) =>
        rounds.length < AMOUNT.least || (rounds.length < AMOUNT.most && shareOf(rounds) < LIMITS.share)
      const rounds = await measure(await theSshd(context), way, { bytes: AMOUNT.bytes, more })
      tell(way, rounds)
      expect(growthOf(rounds)).toBeLessThan(LIMITS.growth)
      expect(shareOf(rounds)).toBeGreaterThanOrEqual(LIMITS.share)
    },
  )

  test('goes on while new keys are exchanged', { timeout: 60_000 }, async (context) => {
    const part = { from: 0, bytes: 40 * MB }
    const { port } = await peer(part.bytes)
    const { tunnel, events } = await open(await theImpatient(context), { destination: { host: '127.0.0.1', port } })
    const go = async (way: Way) => carry(await begin(tunnel.port, way), way, part)
    await Promise.all([go('down'), go('up')])
    expect(events.filter(({ kind }) => kind === 'lost')).toEqual([])
  })

  test('waits for a reader that takes its time, and holds up nobody else', { timeout: 60_000 }, async (context) => {
    const bytes = 128 * MB
    let poured = 0
    const { port } = await serve((socket) => {
      pour(socket, bytes)
      const count = setInterval(() => {
        poured = Math.max(poured, socket.bytesWritten - socket.writableLength)
      }, 20)
      socket.once('close', () => clearInterval(count))
    })
    const { tunnel } = await open(await theSshd(context), { destination: { host: '127.0.0.1', port } })
    const slow = await dial(tunnel.port)
    await standsStill(() => poured)
    // What the window, our own buffers and those of the system take, four times over a loopback.
    expect(poured).toBeLessThan(40 * MB)
    expect(await drink(await dial(tunnel.port))).toBe(bytes)
    expect(await drink(slow)).toBe(bytes)
  })

  test('waits for a database that takes its time', { timeout: 60_000 }, async (context) => {
    const bytes = 128 * MB
    const got = Promise.withResolvers<number>()
    const read = Promise.withResolvers<void>()
    const { port } = await serve((socket) => {
      read.promise.then(() => drink(socket)).then(got.resolve, got.reject)
    })
    const { tunnel } = await open(await theSshd(context), { destination: { host: '127.0.0.1', port } })
    const local = await dial(tunnel.port)
    pour(local, bytes)
    await standsStill(() => local.bytesWritten - local.writableLength)
    expect(local.bytesWritten - local.writableLength).toBeLessThan(40 * MB)
    read.resolve()
    expect(await got.promise).toBe(bytes)
  })
})

/** Until the number has begun to grow, and then has not changed for a second. */
async function standsStill(number: () => number): Promise<void> {
  let [last, same] = [0, 0]
  while (last === 0 || same < 5) {
    await sleep(200)
    same = number() === last ? same + 1 : 0
    last = number()
  }
}
