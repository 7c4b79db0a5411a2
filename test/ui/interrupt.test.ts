import { expect, test, vi } from 'vitest'
import { Interrupted } from '../../src/engine/errors.ts'
import { FINISHING, onInterrupt } from '../../src/ui/interrupt.ts'

function listening() {
  const stop = new AbortController()
  const [tell, exit] = [vi.fn(), vi.fn()]
  const clock = { now: 0 }
  return { stop, tell, exit, clock, handle: onInterrupt({ stop, tell, exit, now: () => clock.now }) }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s: the first ends in order, the second at once', (signal, code) => {
  const { stop, tell, exit, clock, handle } = listening()
  process.emit(signal)
  expect(stop.signal.reason).toEqual(new Interrupted(signal))
  expect(tell.mock.calls).toEqual([['finishing the calls in flight, then saving; press Ctrl-C again to stop now']])
  expect(exit).not.toHaveBeenCalled()
  clock.now = 299
  process.emit(signal)
  expect(exit).not.toHaveBeenCalled()
  clock.now = 300
  process.emit(signal)
  expect(exit.mock.calls).toEqual([[code]])
  expect(tell).toHaveBeenCalledTimes(1)
  handle[Symbol.dispose]()
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
