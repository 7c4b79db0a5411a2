import { describe, expect, test, vi } from 'vitest'
import { Interrupted } from '../../src/engine/errors.ts'
import { FINISHING, onInterrupt } from '../../src/ui/interrupt.ts'

type Self = { env: NodeJS.ProcessEnv; channel?: unknown }

const ALONE: Self = { env: {} }
const FRONTS: readonly [string, Self][] = [
  ['another Node', { env: {}, channel: {} }],
  ['npx', { env: { npm_command: 'exec' } }],
  ['a script of npm', { env: { npm_lifecycle_event: 'deploy' } }],
]

function listening(self = ALONE) {
  const stop = new AbortController()
  const [tell, exit] = [vi.fn(), vi.fn()]
  const clock = { now: 0 }
  return { stop, tell, exit, clock, handle: onInterrupt({ stop, tell, exit, self, now: () => clock.now }) }
}

type Listening = ReturnType<typeof listening>

/** So many milliseconds after the first signal was answered. */
function signalAt({ clock }: Listening, now: number, signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
  clock.now = now
  process.emit(signal)
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s: the first ends in order, the second at once', (signal, code) => {
  const all = listening()
  const { stop, tell, exit, handle } = all
  process.emit(signal)
  expect(stop.signal.reason).toEqual(new Interrupted(signal))
  expect(tell.mock.calls).toEqual([['finishing the calls in flight, then saving; press Ctrl-C again to stop now']])
  expect(exit).not.toHaveBeenCalled()
  signalAt(all, 15, signal)
  expect(exit.mock.calls).toEqual([[code]])
  expect(tell).toHaveBeenCalledTimes(1)
  handle[Symbol.dispose]()
})

test.each<[string, Self]>([['nobody', ALONE], ...FRONTS])(
  'one Ctrl-C that is delivered more than once is one: behind %s',
  (_, self) => {
    const all = listening(self)
    process.emit('SIGINT')
    for (const at of [0, 1, 14]) signalAt(all, at)
    expect(all.exit).not.toHaveBeenCalled()
    signalAt(all, 100)
    expect(all.exit.mock.calls).toEqual([[130]])
    all.handle[Symbol.dispose]()
  },
)

test('what came while the first was answered came with it', () => {
  const all = listening()
  all.tell.mockImplementation(() => {
    all.clock.now = 60
  })
  process.emit('SIGINT')
  signalAt(all, 61)
  expect(all.exit).not.toHaveBeenCalled()
  all.handle[Symbol.dispose]()
})

describe.each(FRONTS)('behind %s', (_, self) => {
  test.each([15, 99])('a signal after %i ms is an echo, and no other one', (at) => {
    const all = listening(self)
    process.emit('SIGINT')
    signalAt(all, at)
    expect(all.exit).not.toHaveBeenCalled()
    signalAt(all, at)
    expect(all.exit.mock.calls).toEqual([[130]])
    all.handle[Symbol.dispose]()
  })

  test('a signal after 100 ms is none', () => {
    const all = listening(self)
    process.emit('SIGINT')
    signalAt(all, 100, 'SIGTERM')
    expect(all.exit.mock.calls).toEqual([[143]])
    all.handle[Symbol.dispose]()
  })
})

test('a run that ends already keeps its own reason, and the second signal counts', () => {
  const { stop, tell, exit, clock, handle } = listening()
  stop.abort('credentials')
  process.emit('SIGINT')
  expect(stop.signal.reason).toBe('credentials')
  expect(tell).toHaveBeenCalledWith(FINISHING)
  clock.now = 1_000
  process.emit('SIGTERM')
  expect(exit).toHaveBeenCalledWith(143)
  handle[Symbol.dispose]()
})

test('once disposed it listens no more', () => {
  const before = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
  {
    using _handle = listening().handle
    expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(before + 2)
  }
  expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')).toBe(before)
})
