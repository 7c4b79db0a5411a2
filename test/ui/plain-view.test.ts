import { expect, test } from 'vitest'
import type { Event } from '../../src/engine/events.ts'
import { makeView } from '../../src/ui/view.ts'
import { finished, note, phase, started } from './events.ts'
import { fakeTerminal } from './stream.ts'

async function linesOf(events: readonly Event[], pace = 1): Promise<string> {
  const { stream, text } = fakeTerminal()
  const view = makeView({ tty: false, color: false, out: stream, layers: new Map(), pace })
  for (const event of events) view.emit(event)
  await view.close()
  return text()
}

test.each<[string, Event, string]>([
  ['a phase', phase('Looking at what is there'), 'Looking at what is there\n'],
  ['a start', started('ec2:vpc/main'), 'creating ec2:vpc/main\n'],
  ['a start that will take', started('ec2:nat-gateway/a', { seconds: 120 }), 'creating ec2:nat-gateway/a  ~2 min\n'],
  ['an end', finished('ec2:vpc/main', { id: 'vpc-123' }), 'created ec2:vpc/main  vpc-123  1.2 s\n'],
  ['a long one', finished('ec2:nat-gateway/a', { ms: 130_000 }), 'created ec2:nat-gateway/a  x-1  2 min\n'],
  ['an update', finished('ec2:vpc/main', { deed: 'update' }), 'updated ec2:vpc/main  x-1  1.2 s\n'],
  ['a replacement', finished('ec2:vpc/main', { deed: 'replace' }), 'replaced ec2:vpc/main  x-1  1.2 s\n'],
  ['a deletion', finished('ec2:vpc/main', { deed: 'delete', id: null }), 'deleted ec2:vpc/main  1.2 s\n'],
  ['a check that begins', started('ec2:vpc/main', { deed: 'check' }), ''],
  ['a check that changed nothing', finished('ec2:vpc/main', { deed: 'check' }), ''],
  ['a wait', note('ec2:nat-gateway/a', 'waiting for the gateway'), 'waiting ec2:nat-gateway/a: for the gateway\n'],
  ['a note', note('ec2:vpc/main', 'the answer was lost'), 'note ec2:vpc/main: the answer was lost\n'],
  ['a note on nothing in particular', note(null, 'finishing'), 'finishing\n'],
  ['one that was skipped', finished('ec2:vpc/main', { outcome: 'skipped' }), 'skipped ec2:vpc/main\n'],
  [
    'a failure, in one line',
    finished('ec2:vpc/main', {
      outcome: 'failed',
      error: Object.assign(new Error('Full.\nmore'), { name: 'VpcLimitExceeded' }),
    }),
    'failed ec2:vpc/main: VpcLimitExceeded: Full.\n',
  ],
  [
    'a check that failed',
    finished('ec2:vpc/main', { deed: 'check', outcome: 'failed', error: 'odd \u001b[2J' }),
    'failed ec2:vpc/main: odd \ufffd[2J\n',
  ],
])('%s', async (_, event, line) => {
  expect(await linesOf([event])).toBe(line)
})

test('times are those of this machine, whatever the pace', async () => {
  const events = [started('ec2:nat-gateway/a', { seconds: 120 }), finished('ec2:nat-gateway/a', { ms: 120_000 })]
  expect(await linesOf(events, 0.02)).toBe(
    'creating ec2:nat-gateway/a  ~2.4 s\ncreated ec2:nat-gateway/a  x-1  2.4 s\n',
  )
})

test('a long error is cut', async () => {
  const text = await linesOf([finished('a:b/c', { outcome: 'failed', error: new Error('x'.repeat(500)) })])
  expect(text).toBe(`failed a:b/c: ${'x'.repeat(159)}…\n`)
})
