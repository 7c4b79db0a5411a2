import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NODE } from '../support/run-cli.ts'
import { end } from '../support/tethered.ts'
import { bastionOf, dial, ending, open, serve, sharedSshd } from './ground.ts'

const theSshd = sharedSshd()

test('the end leaves nothing, in whatever phase it comes', { timeout: 60_000 }, async (context) => {
  const sshd = await theSshd(context)
  const home = await mkdtemp(join(tmpdir(), 'ecom-infra-abort-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const echo = await serve((socket) => socket.pipe(socket))
  const silent = await serve(() => undefined)
  const closed = await serve(() => undefined)
  await new Promise((resolve) => closed.server.close(resolve))
  const told = {
    bastion: bastionOf(sshd),
    destination: { host: '127.0.0.1', port: echo.port },
    admitted: join(sshd.folder, 'admitted'),
    ...{ silent: silent.port, closed: closed.port },
  }

  const program = join(import.meta.dirname, '../support/abort-process.ts')
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: home }
  const child = spawn(NODE, [program, JSON.stringify(told)], { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => end(child, 'SIGKILL'))
  let said = ''
  child.stdout.on('data', (data) => {
    said += data
  })
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)

  const phases = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(phases).toEqual(
    ['finding', 'admitting', 'waiting for SSH', 'judging the host key', 'pausing', 'connected', 'connected again'].map(
      (phase) => ({ phase, how: `enough of ${phase}`, left: [] }),
    ),
  )
  expect(await readdir(home, { recursive: true })).toEqual([])
})

test('closing cuts what is in flight and frees the port', async (context) => {
  const sshd = await theSshd(context)
  const { port } = await serve((socket) => socket.pipe(socket))
  const { tunnel, events } = await open(sshd, { destination: { host: '127.0.0.1', port } })
  const local = await dial(tunnel.port)
  local.write('ping')
  await new Promise((resolve) => local.once('data', resolve))
  const cut = ending(local)
  await tunnel.close()
  expect(await cut).toBe('reset')
  await expect(tunnel.ended).resolves.toBeUndefined()
  await expect(dial(tunnel.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await expect(tunnel.connection()).rejects.toThrow()
  expect(events.map(({ kind }) => kind)).not.toContain('lost')
  // The server has seen it go, too.
  await expect.poll(() => sshd.signalSessions('SIGCONT'), { timeout: 5_000 }).toBe(0)
})
