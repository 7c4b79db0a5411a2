import { expect, test, vi } from 'vitest'
import { Failed } from '../../src/engine/errors.ts'
import type { PushEvent } from '../../src/site/push.ts'
import { Transfer } from '../../src/ui/transfer.ts'
import { transferView } from '../../src/ui/transfer-view.ts'
import { fakeTerminal } from './stream.ts'

const planned: PushEvent = { kind: 'planned', files: 3, bytes: 10_000 }
const started = (key: string, bytes: number): PushEvent => ({ kind: 'started', key, bytes })
const moved = (key: string, bytes: number): PushEvent => ({ kind: 'moved', key, bytes })
const uploaded = (key: string, bytes: number): PushEvent => ({
  ...{ kind: 'finished', deed: 'upload', outcome: 'done', key, bytes, error: null },
})
const deleted = (key: string): PushEvent => ({
  ...{ kind: 'finished', deed: 'delete', outcome: 'done', key, bytes: 0, error: null },
})

test('files and bytes are counted as they go, and taken back when they have to go again', () => {
  const transfer = new Transfer()
  const said = (...events: PushEvent[]) => {
    for (const event of events) transfer.take(event)
    return [transfer.title, ...transfer.lines]
  }
  expect(said(planned)).toEqual(['uploading 0 of 3 files, 0 B of 10.0 kB'])
  expect(said(started('b.css', 1_000), started('a.mp4', 8_000), moved('a.mp4', 2_000))).toEqual([
    'uploading 0 of 3 files, 2.0 kB of 10.0 kB',
    'a.mp4  25 % of 8.0 kB',
    'b.css  0 % of 1.0 kB',
  ])
  expect(said(moved('a.mp4', -2_000))[0]).toBe('uploading 0 of 3 files, 0 B of 10.0 kB')
  expect(said(moved('b.css', 1_000), uploaded('b.css', 1_000), moved('a.mp4', 4_000))).toEqual([
    'uploading 1 of 3 files, 5.0 kB of 10.0 kB',
    'a.mp4  50 % of 8.0 kB',
  ])
  expect(said(uploaded('a.mp4', 8_000), deleted('x'), deleted('y'))).toEqual([
    'uploading 2 of 3 files, 9.0 kB of 10.0 kB, 2 deleted',
  ])
  expect(said({ kind: 'stopping' })).toEqual(['stopping; uploaded 2 of 3 files, 9.0 kB of 10.0 kB, 2 deleted'])
})

test('only some of many are shown, and no name steers the terminal', () => {
  const transfer = new Transfer()
  for (let index = 0; index < 7; index++) transfer.take(started(`f\u001b${index}`, index))
  expect(transfer.lines).toEqual([
    ...['f�6  0 % of 6 B', 'f�5  0 % of 5 B', 'f�4  0 % of 4 B', 'f�3  0 % of 3 B', '… and 3 more'],
  ])
})

test('a log has a line for each file', async () => {
  const { stream: out, text } = fakeTerminal()
  const view = transferView({ tty: false, color: false, out })
  const error = new Failed('FileChanged', 'It was changed.')
  for (const event of [planned, started('a.css', 1_200), moved('a.css', 1_200), uploaded('a.css', 1_200)])
    view.take(event)
  view.take({ kind: 'finished', deed: 'upload', outcome: 'failed', key: 'b.css', bytes: 0, error })
  view.take(deleted('old.css'))
  await view.close()
  expect(text()).toBe('uploaded a.css  1.2 kB\nfailed b.css: It was changed.\ndeleted old.css\n')
})

test('a terminal shows how far it has got, says when it is stopping, and is left clean', async () => {
  const { stream: out, text, raw } = fakeTerminal()
  const view = transferView({ tty: true, color: false, out })
  for (const event of [planned, started('a.mp4', 8_000), moved('a.mp4', 2_000)]) view.take(event)
  await vi.waitFor(() => expect(text()).toContain('uploading 0 of 3 files, 2.0 kB of 10.0 kB'), { timeout: 5_000 })
  await vi.waitFor(() => expect(text()).toContain('a.mp4  25 % of 8.0 kB'), { timeout: 5_000 })
  view.take({ kind: 'stopping' })
  await vi.waitFor(() => expect(text()).toContain('stopping; uploaded 0 of 3 files'), { timeout: 5_000 })
  await view.close()
  expect(raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(raw().lastIndexOf('\u001b[?25l'))
})

test('nothing is drawn when nothing is to be moved', async () => {
  const { stream: out, raw } = fakeTerminal()
  const view = transferView({ tty: true, color: false, out })
  view.take({ kind: 'stopping' })
  await view.close()
  expect(raw()).toBe('')
})
