import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { webUserData } from '../../src/blueprints/parts/user-data.ts'
import type { Names } from '../../src/blueprints/parts/user-data-names.ts'
import { resolve } from '../../src/engine/ref.ts'
import { cacheControlOf } from '../../src/site/caching.ts'
import { contentTypeOf } from '../../src/site/content-type.ts'
import { needs } from '../support/needs.ts'
import { execute, FSTAB, ScratchServer } from '../support/scratch-server.ts'
import { serveNginx } from '../support/serve-nginx.ts'

const NAMES = {
  table: 'shop-prod-sessions',
  bucket: 'shop-prod-assets-123456789012-eu-central-1',
  secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-0f3c2d1e-1111-2222-3333-AbCdEf',
  databaseHost: 'shop-prod-main.c1a2b3c4d5e6.eu-central-1.rds.amazonaws.com',
  databasePort: '5432',
  databaseName: 'shop',
  fileSystem: 'fs-0123456789abcdef0',
  accessPoint: 'fsap-0fedcba9876543210',
} satisfies Names
const SCRIPT = String(
  resolve(
    webUserData({
      ...{ stack: 'shop-prod', region: 'eu-central-1', retentionDays: 7, names: NAMES },
      logGroups: { access: '/a', error: '/e', system: '/s' },
    }),
    String,
  ),
)

describe('the names', () => {
  const ENV: Readonly<Record<string, string>> = {
    ECOM_INFRA_STACK: 'shop-prod',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    SESSIONS_TABLE: NAMES.table,
    ASSETS_BUCKET: NAMES.bucket,
    DATABASE_SECRET_ARN: NAMES.secret,
    DATABASE_HOST: NAMES.databaseHost,
    DATABASE_PORT: '5432',
    DATABASE_NAME: 'shop',
    FILES_ID: NAMES.fileSystem,
    FILES_ACCESS_POINT_ID: NAMES.accessPoint,
    FILES_DIR: '/var/www/images',
  }

  test('are there for every program', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const [file = ''] = Object.entries(await server.files())
      .filter(([path]) => path.endsWith('/etc/ecom-infra.env'))
      .map(([, seen]) => seen)
    expect(file).toMatch(/^100644 # Written by ecom-infra/)
    const path = join(server.root, 'etc/ecom-infra.env')
    const { code, output } = await execute('/usr/bin/env', [
      '-i',
      '/bin/bash',
      '-c',
      `set -a; . '${path}'; /usr/bin/env`,
    ])
    expect(code, output).toBe(0)
    const lines = output.split('\n')
    for (const [name, value] of Object.entries(ENV)) expect(lines).toContain(`${name}=${value}`)
  })

  test('are written as systemd reads them: one a line, in quotes that nothing ends early, and no others', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const [, ...lines] = (await server.read('etc/ecom-infra.env')).trimEnd().split('\n')
    expect(lines.map((line) => line.split('=')[0])).toEqual(Object.keys(ENV))
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+='[^'\\]+'$/)
  })
})

describe('the shared files', () => {
  const OURS = `${NAMES.fileSystem}:/ /var/www/images efs _netdev,nofail,tls,iam,accesspoint=${NAMES.accessPoint} 0 0\n`

  test('stand in fstab, once, below what was there', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    await server.boot(SCRIPT)
    expect(await server.read('etc/fstab')).toBe(FSTAB + OURS)
  })

  test('are mounted as soon as their name is known', async () => {
    const server = await ScratchServer.make()
    await server.stub(
      'mount',
      `[ "$(grep -c '^mount ' '${server.folder}/calls')" -gt 2 ] && touch '${server.folder}/mounted'`,
    )
    const { code, output } = await server.boot(SCRIPT)
    expect(code, output).toBe(0)
    const calls = (await server.calls()).filter((call) => /^(mount |sleep)/.test(call))
    const mount = `mount ${server.root}/var/www/images`
    expect(calls).toEqual([mount, 'sleep 10', mount, 'sleep 10', mount])
    expect(output).toContain('the shared files could not be mounted, trying again in 10 s')
  })

  test('are waited for longer than AWS takes to make a name known, then given up and told', async () => {
    const server = await ScratchServer.make()
    await server.stub('mount', 'echo "Failed to resolve fs-0123456789abcdef0" >&2; exit 1')
    const { code, output } = await server.boot(SCRIPT)
    expect(code).toBe(1)
    expect(output).toMatch(/FAILED in step 'mount the shared files' \(exit status 1\)$/m)
    expect(output).toContain('Failed to resolve')
    const pauses = (await server.calls()).flatMap((call) => /^sleep (\d+)/.exec(call)?.[1] ?? [])
    expect(pauses.reduce((sum, seconds) => sum + Number(seconds), 0)).toBeGreaterThanOrEqual(120)
  })

  test('do not hold up anything when a mount hangs', async () => {
    const server = await ScratchServer.make()
    await server.stub('timeout', 'shift; exec "$@"')
    await server.boot(SCRIPT)
    expect(await server.calls()).toContain(`timeout 60 mount ${server.root}/var/www/images`)
  })
})

describe('the units of the static files', () => {
  const unit = (server: ScratchServer, kind: string) => server.read(`etc/systemd/system/ecom-infra-static.${kind}`)

  test('are what systemd understands', async (context) => {
    const analyze = needs(context, { program: 'systemd-analyze', debian: 'systemd' })
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    for (const kind of ['service', 'timer']) {
      const path = join(server.folder, `ecom-infra-static.${kind}`)
      await writeFile(path, (await unit(server, kind)).replace('/usr/bin/aws', '/bin/true'))
    }
    const { code, output } = await execute(analyze, ['verify', join(server.folder, 'ecom-infra-static.timer')])
    expect(output.split('\n').filter((line) => line.includes('ecom-infra-static'))).toEqual([])
    expect(code).toBe(0)
  })

  test('run every minute and at boot, one run at a time, and never for ever', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const timer = await unit(server, 'timer')
    for (const line of ['OnBootSec=5s', 'OnCalendar=*-*-* *:*:00', 'AccuracySec=1s', 'WantedBy=timers.target']) {
      expect(timer).toContain(`\n${line}\n`.trimEnd())
    }
    const service = await unit(server, 'service')
    for (const line of ['Type=oneshot', 'TimeoutStartSec=30min', 'EnvironmentFile=/etc/ecom-infra.env']) {
      expect(service).toContain(`\n${line}\n`)
    }
    const calls = await server.calls()
    const [enabled, started] = ['enable --now ecom-infra-static.timer', 'start ecom-infra-static.service']
    expect(calls.indexOf(`systemctl ${enabled}`)).toBeLessThan(calls.indexOf(`systemctl ${started}`))
  })

  test('say nothing as long as nothing is wrong', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const service = await unit(server, 'service')
    expect(service).toContain('--only-show-errors\n')
    // What the CLI says is an error; what systemd says of each start and end is not.
    expect(service).toMatch(/\nSyslogLevel=err\nLogLevelMax=notice\n/)
  })
})

describe('a real nginx, with the configuration that the script wrote', () => {
  test('serves static and shared files with the types and cache headers that `site push` gives them', async (context) => {
    const nginx = needs(context, { program: 'nginx', debian: 'nginx' })
    const server = await ScratchServer.make()
    expect((await server.boot(SCRIPT)).code).toBe(0)
    const names = [
      'html',
      'css',
      'js',
      'mjs',
      'json',
      'map',
      'txt',
      'csv',
      'md',
      'vtt',
      'xml',
      'rss',
      'atom',
      'pdf',
      'zip',
    ]
    const media = [
      'avif',
      'gif',
      'jpg',
      'jpeg',
      'png',
      'svg',
      'webp',
      'ico',
      'mp3',
      'm4a',
      'ogg',
      'mp4',
      'webm',
      'wasm',
    ]
    const fonts = ['woff', 'woff2', 'ttf', 'otf', 'webmanifest', 'htm', 'nobody-knows']
    const keys = [...names, ...media, ...fonts].map((ext) => `some/page.${ext}`)
    keys.push('app.3f2a9c1b.js', 'index-BX3kF9aZ.css', 'photo-portrait.jpg', 'report-20240101.pdf', 'index.html')
    for (const key of keys) await lay(server, `var/www/static/${key}`, `static ${key}`)
    for (const key of ['a/b.webp', 'cup.0a1b2c3d4e.png']) await lay(server, `var/www/images/${key}`, `images ${key}`)
    const at = await serveNginx(nginx, server)

    const got = async (path: string) => {
      const answer = await fetch(`${at}/${path}`, { redirect: 'manual' })
      const of = (name: string) => answer.headers.get(name)
      return { text: await answer.text(), type: of('content-type'), cache: of('cache-control'), status: answer.status }
    }
    for (const key of keys) {
      const wanted = { text: `static ${key}`, type: contentTypeOf(key), cache: cacheControlOf(key), status: 200 }
      expect({ key, ...(await got(`static/${key}`)) }).toEqual({ key, ...wanted })
    }
    expect(await got('images/a/b.webp')).toMatchObject({ type: 'image/webp', cache: 'public, max-age=3600' })
    expect(await got('images/cup.0a1b2c3d4e.png')).toMatchObject({ cache: 'public, max-age=31536000, immutable' })
    expect(await got('static/')).toMatchObject({ text: 'static index.html', cache: 'no-cache' })
    expect(await got('static/../html/index.html')).toMatchObject({ status: 404 })
    for (const path of ['static/nothing.js', 'images/nothing.png', 'staticpage.js']) {
      expect({ path, ...(await got(path)) }).toMatchObject({ path, status: 404, cache: null })
    }
    expect((await got('static/some/')).status).toBe(403)
    const answer = await fetch(`${at}/static/app.3f2a9c1b.js`)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const again = await fetch(`${at}/static/app.3f2a9c1b.js`, {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect([again.status, again.headers.get('cache-control')]).toEqual([304, 'public, max-age=31536000, immutable'])
    // Nothing of its own page is kept.
    expect((await got('')).cache).toBe(null)
  })
})

async function lay(server: ScratchServer, path: string, text: string): Promise<void> {
  const full = join(server.root, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text)
}
