import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NODE } from '../support/run-cli.ts'
import type { Sshd } from '../support/sshd.ts'
import { Sshd as RealSshd } from '../support/sshd.ts'
import { end, freePort } from '../support/tethered.ts'
import { bastionOf, dial, open, serve, shared, sharedSshd } from './ground.ts'
import { drink, pour } from './stream.ts'

const MB = 2 ** 20
/** The whole measure takes minutes: that many gigabytes each way, one after the other. */
const FULL = Number(process.env.ECOM_INFRA_TUNNEL_GB ?? 0)
const [SIZE, ROUNDS] = FULL > 0 ? [1024 * MB, FULL] : [64 * MB, 3]
/** Of OpenSSH's own throughput. With little data, on a machine that is busy, only what is badly wrong shows. */
const SHARE = FULL > 0 ? 0.4 : 0.15

type Way = 'down' | 'up'

/** Pours at whoever says `down`; of whoever says `up` it takes all, and then tells how much that was. */
const peer = (bytes: number) =>
  serve((socket) => {
    socket.once('readable', () => {
      const word = socket.read(1)?.toString()
      if (word === 'd') return pour(socket, bytes)
      return void drink(socket).then(
        (got) => socket.end(String(got)),
        (error) => socket.destroy(error),
      )
    })
  })

/** Megabytes a second. */
async function carry(port: number, way: Way, bytes: number, seen?: () => void): Promise<number> {
  const begun = performance.now()
  const socket = await dial(port)
  socket.write(way.slice(0, 1))
  let got: number
  if (way === 'down') {
    got = await drink(socket, seen)
  } else {
    pour(socket, bytes)
    const watch = seen && setInterval(seen, 50)
    const [told] = await once(socket, 'data')
    clearInterval(watch)
    got = Number(String(told))
  }
  expect(got).toBe(bytes)
  socket.destroy()
  return bytes / MB / ((performance.now() - begun) / 1000)
}

/** Our tunnel, in a process of its own. */
async function ours(sshd: Sshd, port: number): Promise<{ port: number; child: ChildProcess }> {
  const told = {
    bastion: bastionOf(sshd),
    destination: { host: '127.0.0.1', port },
    admitted: join(sshd.folder, 'admitted'),
  }
  const program = join(import.meta.dirname, '../support/tunnel-process.ts')
  const child = fork(program, [JSON.stringify(told)], { execPath: NODE, execArgv: [] })
  onTestFinished(() => end(child, 'SIGKILL'))
  const [message] = (await once(child, 'message')) as [{ readonly port: number }]
  return { port: message.port, child }
}

/** OpenSSH's own, with the cipher that we take. */
async function theirs(sshd: Sshd, port: number): Promise<number> {
  const [key, local] = [join(sshd.folder, `key-${port}`), await freePort()]
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  await sshd.admission.admit(readFileSync(`${key}.pub`, 'utf8').trim())
  const options = ['UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no', 'IdentitiesOnly=yes', 'LogLevel=ERROR']
  const words = [
    '-F',
    'none',
    '-N',
    '-i',
    key,
    '-c',
    'aes128-gcm@openssh.com',
    ...options.flatMap((one) => ['-o', one]),
  ]
  const way = ['-L', `127.0.0.1:${local}:127.0.0.1:${port}`, '-p', String(sshd.port), `${sshd.user}@127.0.0.1`]
  const child = spawn('ssh', [...words, ...way], { stdio: ['ignore', 'ignore', 'inherit'] })
  onTestFinished(() => end(child, 'SIGTERM'))
  const listens = async () => (await dial(local)).destroy()
  await expect
    .poll(
      () =>
        listens().then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true)
  return local
}

const memoryOf = (child: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024

describe('much data', () => {
  const theSshd = sharedSshd()
  const theImpatient = shared((context) => RealSshd.start(context, { config: ['RekeyLimit 8M'] }))

  const amount = `${ROUNDS} times ${SIZE / MB} MB`
  test(`goes both ways whole, fast, and without filling the memory: ${amount}`, {
    timeout: 900_000,
  }, async (context) => {
    const sshd = await theSshd(context)
    const { port } = await peer(SIZE)
    const tunnel = await ours(sshd, port)
    const reference = await theirs(sshd, port)
    for (const way of ['down', 'up'] as const) {
      const rounds: { readonly ours: number; readonly theirs: number; readonly peak: number }[] = []
      for (let round = 0; round < ROUNDS; round++) {
        let peak = 0
        const watch = throttled(() => {
          peak = Math.max(peak, memoryOf(tunnel.child))
        })
        // In turn, so that whatever else the machine does holds up both.
        const rate = await carry(reference, way, SIZE)
        rounds.push({ theirs: rate, ours: await carry(tunnel.port, way, SIZE, watch), peak })
      }
      for (const one of rounds)
        console.info(
          `${way}: ${one.ours.toFixed(0)} MB/s, OpenSSH ${one.theirs.toFixed(0)} MB/s, memory ${one.peak.toFixed(0)} MB`,
        )
      expect((rounds.at(-1)?.peak ?? 0) - (rounds[0]?.peak ?? 0)).toBeLessThan(80)
      const shares = rounds.map((one) => one.ours / one.theirs).sort((a, b) => b - a)
      expect(shares[Math.floor(shares.length / 2)]).toBeGreaterThan(SHARE)
    }
  })

  test('goes on while new keys are exchanged', { timeout: 60_000 }, async (context) => {
    const { port } = await peer(40 * MB)
    const { tunnel, events } = await open(await theImpatient(context), { destination: { host: '127.0.0.1', port } })
    await Promise.all([carry(tunnel.port, 'down', 40 * MB), carry(tunnel.port, 'up', 40 * MB)])
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

/** At most every 50 ms. */
function throttled(act: () => void): () => void {
  let last = 0
  return () => {
    if (performance.now() - last < 50) return
    last = performance.now()
    act()
  }
}
