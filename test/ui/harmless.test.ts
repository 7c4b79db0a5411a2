import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { Failed } from '../../src/engine/errors.ts'
import type { Address } from '../../src/engine/ref.ts'
import { drawTaskList } from '../../src/ui/task-list.ts'
import { makeView } from '../../src/ui/view.ts'
import { expectTellable, nasty, SECRETS } from '../support/hostile.ts'
import { finished, note, phase, started } from './events.ts'
import { fakeTerminal } from './stream.ts'

test('lines of progress do no harm, whatever the addresses, ids, notes and errors are', async () => {
  const { stream, raw } = fakeTerminal()
  const view = makeView({ tty: false, color: false, out: stream, layers: new Map(), pace: 1 })
  fc.assert(
    fc.property(nasty, (text) => {
      const address = text as Address
      const error = new Error(`${text} password=${SECRETS[0]}`)
      for (const event of [phase(text), started(address), note(address, text), note(null, text)]) view.emit(event)
      view.emit(finished(address, { id: text }))
      view.emit(finished(address, { outcome: 'failed', error }))
    }),
  )
  await view.close()
  expectTellable(raw(), 1e7)
})

test('rows that are drawn do no harm, either', async () => {
  const { stream, raw } = fakeTerminal()
  const listr2 = await import('listr2')
  const { rows, over } = await drawTaskList({ listr2, out: stream, color: false }, ['x'], { clearOutput: false })
  const [row] = rows
  for (const text of ['\u001b[8mhidden', 'a\u0007b', '\u009b2J', '\u202egnp']) {
    row?.title(text)
    row?.text(text)
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  row?.settle(false)
  await over
  expect(raw()).toContain('\ufffd[8mhidden')
  for (const code of ['\u001b[8m', '\u0007', '\u009b', '\u202e']) expect(raw()).not.toContain(code)
})

class Teller extends BaseCommand {
  async run(): Promise<void> {
    return Promise.resolve()
  }
  say(text: string): void {
    this.tell(text)
    this.log(text)
    this.logJson({ [text]: text })
  }
  fail(error: Error): Promise<void> {
    return this.catch(error)
  }
}

test('what a command says last does no harm, and gives no secret away, even with --verbose', async () => {
  const told: string[] = []
  const out = vi.spyOn(console, 'log').mockImplementation((text: unknown) => void told.push(String(text)))
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0)
  try {
    const teller = new Teller(['--verbose'], { bin: 'x' } as never)
    for (const text of fc.sample(nasty, 200)) teller.say(text)
    for (const secret of SECRETS) {
      await teller.fail(new Error(`\u001b[2J x-amz-security-token:${secret}`))
      await teller.fail(
        new Failed('Odd', `password=${secret}`, { hint: `https://me:${secret}@x`, address: '\u009b2J' }),
      )
    }
  } finally {
    out.mockRestore()
    err.mockRestore()
    process.exitCode = undefined
  }
  expectTellable(told.join(''), 1e7)
})
