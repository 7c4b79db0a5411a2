import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Layer } from '../../src/engine/graph.ts'
import type { Address } from '../../src/engine/ref.ts'
import { makeView } from '../../src/ui/view.ts'
import { finished, note, phase, started } from './events.ts'
import { fakeTerminal } from './stream.ts'

const layers = new Map<Address, Layer>([
  ['ec2:vpc/main', 'Network'],
  ['ec2:nat-gateway/a', 'Network'],
  ['autoscaling:group/web', 'Compute'],
])

function onTerminal() {
  const terminal = fakeTerminal()
  return { ...terminal, view: makeView({ tty: true, color: false, out: terminal.stream, layers, pace: 1 }) }
}

/** What stands on the terminal at the end: what follows the last erasure. */
const finalOf = (raw: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of the terminal
  (raw.split('\u001b[G').at(-1) ?? '').replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')

test('a board: by layer, what runs below it, what is done only counted', async () => {
  const { view, text, raw } = onTerminal()
  view.emit(started('ec2:vpc/main'))
  view.emit(finished('ec2:vpc/main'))
  view.emit(started('ec2:nat-gateway/a', { seconds: 120 }))
  view.emit(note('ec2:nat-gateway/a', 'waiting for the gateway'))
  await expect.poll(text, { timeout: 10_000 }).toContain('Network  1 of 2')
  await expect
    .poll(text, { timeout: 10_000 })
    .toMatch(/ec2:nat-gateway\/a {2}\d+ s of ~2 min {2}waiting for the gateway/)
  view.emit(finished('ec2:nat-gateway/a'))
  view.emit(started('autoscaling:group/web'))
  view.emit(finished('autoscaling:group/web', { outcome: 'failed', error: new Error('No capacity.') }))
  await view.close()
  expect(finalOf(raw())).toBe(
    '✔ Network  2 done\n✖ Compute  0 done, 1 failed\n  › autoscaling:group/web failed: No capacity.\n',
  )
})

test('an unknown address has a place too', async () => {
  const { view, raw } = onTerminal()
  view.emit(started('new:x/1'))
  view.emit(finished('new:x/1'))
  view.emit(finished('never:started/1'))
  await view.close()
  expect(finalOf(raw())).toContain('✔ Others  2 done\n')
})

test('checks that change nothing draw nothing', async () => {
  const { view, raw } = onTerminal()
  view.emit(started('ec2:vpc/main', { deed: 'check' }))
  view.emit(finished('ec2:vpc/main', { deed: 'check' }))
  await view.close()
  expect(raw()).toBe('')
})

test('a short phase draws nothing, a long one spins and leaves no trace', async () => {
  const { view, text, raw } = onTerminal()
  view.emit(phase('Looking'))
  await sleep(50)
  view.emit(phase('Looking again'))
  await expect.poll(text, { timeout: 3_000 }).toContain('Looking again')
  view.emit(note('ec2:vpc/main', 'not shown: it does not run'))
  await view.close()
  expect(text()).not.toMatch(/Looking\n/)
  expect(finalOf(raw())).toBe('')
})

test('a note on nothing in particular is shown on the board, and without one', async () => {
  const { view, text } = onTerminal()
  view.emit(note(null, 'before'))
  await expect.poll(text).toBe('before\n')
  view.emit(started('ec2:vpc/main'))
  view.emit(note(null, 'finishing the calls in flight'))
  await expect.poll(text).toContain('› finishing the calls in flight')
  await view.close()
})

test('without colour there is none', async () => {
  const { view, raw } = onTerminal()
  view.emit(started('ec2:vpc/main'))
  view.emit(finished('ec2:vpc/main', { outcome: 'failed', error: new Error('No.') }))
  await view.close()
  for (const code of [31, 32, 33]) expect(raw()).not.toContain(`\u001b[${code}m`)
})

test('the cursor is hidden while it draws, and back afterwards', async () => {
  const { view, raw } = onTerminal()
  view.emit(started('ec2:vpc/main'))
  await view.close()
  expect(raw()).toContain('\u001b[?25l')
  expect(raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw().lastIndexOf('\u001b[?25l'))
})

test('after close nothing is left that listens or ticks', async () => {
  const before = process.listenerCount('exit')
  const { view, stream } = onTerminal()
  const write = stream.write
  view.emit(phase('Looking'))
  view.emit(started('ec2:vpc/main'))
  await view.close()
  await view.close()
  expect(process.listenerCount('exit')).toBe(before)
  expect(stream.write).toBe(write)
})

test('what comes after close is not drawn', async () => {
  const { view, raw } = onTerminal()
  await view.close()
  for (const event of [phase('Looking'), started('ec2:vpc/main'), note(null, 'late')]) view.emit(event)
  await sleep(1_200)
  expect(raw()).toBe('')
})
