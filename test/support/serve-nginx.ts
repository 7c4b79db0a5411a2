import { spawn } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { execute, type ScratchServer } from './scratch-server.ts'

/** Starts nginx in the scratch root and returns where; it is ended with the test. */
export async function serveNginx(nginx: string, server: ScratchServer): Promise<string> {
  const port = await freePort()
  const conf = join(server.folder, 'nginx.conf')
  const written = await server.read('etc/nginx/nginx.conf')
  await mkdir(join(server.root, 'var/log/nginx'), { recursive: true })
  await mkdir(join(server.root, 'run'))
  await cp('/etc/nginx/mime.types', join(server.root, 'etc/nginx/mime.types'))
  await writeFile(conf, adapted(written, server, port))

  const args = ['-c', conf, '-e', join(server.root, 'var/log/nginx/error.log')]
  expect(await execute(nginx, ['-t', ...args])).toMatchObject({ code: 0 })
  const child = spawn(nginx, args, { stdio: 'ignore' })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  const at = `http://127.0.0.1:${port}`
  await vi.waitFor(() => fetch(`${at}/healthz`), { timeout: 5_000, interval: 20 })
  return at
}

/** Only what the place demands: folders, port, user, foreground. Each change must find what it changes. */
function adapted(written: string, { folder, root }: ScratchServer, port: number): string {
  const swap = (text: string, from: string | RegExp, to: string) => {
    expect(text).toMatch(from)
    return text.replace(from, to)
  }
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (use) => `${use}_temp_path ${folder}/${use};`,
  )
  let conf = swap(written, 'user nginx;', process.getuid?.() === 0 ? 'user root;' : '')
  conf = swap(conf, 'http {', `http {\n${scratch.join('\n')}`)
  conf = swap(conf, 'listen 80 default_server;', `listen 127.0.0.1:${port} default_server;`)
  conf = swap(conf, / (?=\/(var|run|etc)\/)/g, ` ${root}`)
  return `daemon off;\n${conf}`
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
