import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type WebUserData, webUserData } from '../../src/blueprints/parts/user-data.ts'
import type { Names } from '../../src/blueprints/parts/user-data-names.ts'
import { edgesIn, type Ref, resolve } from '../../src/engine/ref.ts'
import { needs } from '../support/needs.ts'
import { AGENT_CTL, execute, ScratchServer } from '../support/scratch-server.ts'
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
const OPTIONS: WebUserData = {
  stack: 'shop-prod',
  region: 'eu-central-1',
  logGroups: { access: '/shop-prod/web/access', error: '/shop-prod/web/error', system: '/shop-prod/web/system' },
  retentionDays: 7,
  names: NAMES,
}

/** The script as a server gets it. */
const scriptOf = (options: WebUserData, lookup: (ref: Ref) => string = String): string =>
  String(resolve(webUserData(options), lookup))
const SCRIPT = scriptOf(OPTIONS)
const AGENT_JSON = 'opt/aws/amazon-cloudwatch-agent/etc/ecom-infra.json'

describe('the script', () => {
  test('passes shellcheck', async (context) => {
    const shellcheck = needs(context, { program: 'shellcheck', debian: 'shellcheck' })
    const script = join((await ScratchServer.make()).folder, 'user-data')
    await writeFile(script, SCRIPT)
    expect(await execute(shellcheck, [script])).toEqual({ code: 0, output: '' })
  })

  test('is a shell script under the 16 KB of EC2', () => {
    expect(SCRIPT).toMatch(/^#!\/bin\/bash\n/)
    expect(Buffer.byteLength(SCRIPT)).toBeLessThan(16_384)
  })

  test('has room even for the longest names', () => {
    const long = (length: number) => 'x'.repeat(length)
    const group = `/ecom-infra/${long(31)}/web/access`
    const lengths = { table: 255, bucket: 63, secret: 200, databaseHost: 255, databasePort: 5, databaseName: 63 }
    const names = Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, long(length)]))
    const options = { ...OPTIONS, stack: long(31), logGroups: { access: group, error: group, system: group } }
    const script = scriptOf({ ...options, names: { ...NAMES, ...names } })
    expect(Buffer.byteLength(script)).toBeLessThan(13_000)
  })

  test('does not change with the retention of the logs, which would replace every server', () => {
    expect(scriptOf({ ...OPTIONS, retentionDays: 30 })).toBe(SCRIPT)
  })

  test('takes references, and then waits for what they name', () => {
    const ref = (field: string): Ref<string> => ({ $ref: `a:thing/${field}`, field })
    const names = Object.fromEntries(Object.keys(NAMES).map((name) => [name, ref(name)])) as unknown as Names
    const wired = { ...OPTIONS, names }
    expect(edgesIn(webUserData(wired)).map(({ address }) => address)).toHaveLength(8)
    expect(scriptOf(wired, ({ field }) => NAMES[field as keyof typeof NAMES])).toBe(SCRIPT)
  })
})

describe('a boot', () => {
  test('brings up nginx first, then files, assets and agent, and tells each step on the console and in the log', async () => {
    const server = await ScratchServer.make()
    const { code, output } = await server.boot(SCRIPT)

    expect(code, output).toBe(0)
    expect(await server.calls()).toEqual([
      'dnf -y install nginx',
      'nginx -t',
      'systemctl enable nginx',
      'systemctl reload-or-restart nginx',
      'dnf -y install amazon-efs-utils',
      'systemctl daemon-reload',
      `mountpoint -q ${server.root}/var/www/images`,
      `mount ${server.root}/var/www/images`,
      'dnf -y install awscli-2',
      'systemctl daemon-reload',
      'systemctl enable --now ecom-infra-static.timer',
      'systemctl start ecom-infra-static.service',
      'dnf -y install amazon-cloudwatch-agent rsyslog',
      'systemctl enable --now rsyslog',
      `amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:${server.root}/${AGENT_JSON}`,
    ])
    const spoken = output.trimEnd().split('\n')
    expect(spoken.map((line) => line.replace(/^\S+Z ecom-infra: /, ''))).toEqual([
      'Setting up a web server of shop-prod in eu-central-1',
      'install nginx',
      'write the nginx configuration',
      'check the nginx configuration',
      'start nginx',
      'write the names of what the stack has',
      'install the EFS mount helper',
      'name the shared files in fstab',
      'mount the shared files',
      'install the AWS CLI',
      'fetch the static files every minute',
      'fetch the static files',
      'install the CloudWatch agent',
      'start the system log',
      'write the CloudWatch agent configuration',
      'start the CloudWatch agent',
      'Done',
    ])
    expect(await server.read('var/log/ecom-infra-setup.log')).toBe(output)
  })

  test('leaves the same state the second time', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const [files, calls] = [await server.files(), await server.calls()]
    const again = await server.boot(SCRIPT)
    expect(again.code, again.output).toBe(0)
    expect(await server.files()).toEqual(files)
    // What is mounted is not mounted once more.
    expect(await server.calls()).toEqual([...calls, ...calls.filter((call) => !call.startsWith('mount '))])
  })

  test('ships the logs to the given groups by instance, sets no retention, and measures memory', async () => {
    const server = await ScratchServer.make()
    await server.boot(SCRIPT)
    const agent = JSON.parse(await server.read(AGENT_JSON))

    const logs: Record<string, string>[] = agent.logs.logs_collected.files.collect_list
    expect(logs.map((log) => [log.file_path, log.log_group_name, log.log_stream_name])).toEqual([
      ['/var/log/nginx/access.log', '/shop-prod/web/access', '{instance_id}'],
      ['/var/log/nginx/error.log', '/shop-prod/web/error', '{instance_id}'],
      ['/var/log/messages', '/shop-prod/web/system', '{instance_id}'],
    ])
    expect(logs.filter((log) => 'retention_in_days' in log)).toEqual([])
    expect(agent.agent.region).toBe('eu-central-1')
    expect(agent.metrics).toMatchObject({
      namespace: 'EcomInfra/shop-prod',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's own placeholder
      append_dimensions: { InstanceId: '${aws:InstanceId}' },
      metrics_collected: { mem: { measurement: ['mem_used_percent'] } },
    })
  })

  test('takes every value to the letter, however it looks to a shell', async () => {
    const nasty = `it's "$(touch pwned)" \`touch pwned\` $HOME \\ <b>&\nEND\ntouch pwned`
    const server = await ScratchServer.make()
    const logGroups = { access: nasty, error: nasty, system: nasty }
    const { code, output } = await server.boot(
      scriptOf({ stack: nasty, region: nasty, logGroups, retentionDays: 7, names: NAMES }),
    )

    expect(code, output).toBe(0)
    expect(output).toContain(`Setting up a web server of ${nasty} in ${nasty}\n`)
    expect(JSON.parse(await server.read(AGENT_JSON)).metrics.namespace).toBe(`EcomInfra/${nasty}`)
    expect(await server.read('var/www/html/index.html')).toContain('$HOME \\ &lt;b&gt;&amp;\nEND\ntouch pwned</h1>')
    expect(Object.keys(await server.files()).filter((path) => path.includes('pwned'))).toEqual([])
  })
})

describe('a failure', () => {
  const last = (output: string) => output.trimEnd().split('\n').at(-1)

  test('of dnf is tried again with growing pauses, then ends the setup and names the step', async () => {
    const server = await ScratchServer.make()
    await server.stub('dnf', 'echo "Error: no mirror" >&2; exit 7')
    const { code, output } = await server.boot(SCRIPT)

    expect(code).toBe(7)
    expect(last(output)).toMatch(/FAILED in step 'install nginx' \(exit status 7\)$/)
    expect(output).toContain('Error: no mirror')
    expect(await server.read('var/log/ecom-infra-setup.log')).toBe(output)
    const dnf = 'dnf -y install nginx'
    expect(await server.calls()).toEqual([dnf, 'sleep 5', dnf, 'sleep 10', dnf, 'sleep 20', dnf, 'sleep 40', dnf])
  })

  test('of dnf that passes is no failure', async () => {
    const server = await ScratchServer.make()
    await server.stub('dnf', `[ "$(grep -c ^dnf '${server.folder}/calls')" -gt 2 ]`)
    const { code, output } = await server.boot(SCRIPT)
    expect(code, output).toBe(0)
    const dnf = 'dnf -y install nginx'
    expect((await server.calls()).slice(0, 6)).toEqual([dnf, 'sleep 5', dnf, 'sleep 10', dnf, 'nginx -t'])
  })

  test.each([
    ['check the nginx configuration', 'nginx', 'exit 1'],
    ['start nginx', 'systemctl', 'exit 5'],
  ])('in step "%s" ends the setup', async (step, command, then) => {
    const server = await ScratchServer.make()
    await server.stub(command, then)
    const { code, output } = await server.boot(SCRIPT)

    expect(code).not.toBe(0)
    expect(last(output)).toContain(`FAILED in step '${step}'`)
    expect(await server.calls()).not.toContain('systemctl reload-or-restart nginx')
  })

  test.each([
    ['install the EFS mount helper', 'dnf', '[ "$3" != amazon-efs-utils ]'],
    ['name the shared files in fstab', 'sed', 'exit 1'],
    ['mount the shared files', 'mount', 'exit 1'],
    ['install the AWS CLI', 'dnf', '[ "$3" != awscli-2 ]'],
    ['fetch the static files every minute', 'systemctl', '[ "$3" != ecom-infra-static.timer ]'],
    ['fetch the static files', 'systemctl', '[ "$2" != ecom-infra-static.service ]'],
    ['install the CloudWatch agent', 'dnf', '[ "$3" != amazon-cloudwatch-agent ]'],
    ['start the system log', 'systemctl', '[ "$3" != rsyslog ]'],
    ['start the CloudWatch agent', AGENT_CTL, 'exit 1'],
  ])('in step "%s" is told, and stops neither the web server nor the other parts', async (step, command, then) => {
    const server = await ScratchServer.make()
    await server.stub(command, then)
    const { code, output } = await server.boot(SCRIPT)

    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`FAILED in step '${step}' \\(exit status 1\\)$`, 'm'))
    expect(output.match(/FAILED/g)).toHaveLength(1)
    expect(last(output)).toContain('The web server runs, but not everything around it does')
    expect(await server.calls()).toContain('systemctl reload-or-restart nginx')
    expect((await server.calls()).filter((call) => /stop|disable/.test(call))).toEqual([])
    const begun = ['install the EFS mount helper', 'install the AWS CLI', 'install the CloudWatch agent']
    for (const part of begun) expect(output).toContain(`: ${part}\n`)
  })
})

describe('a real nginx, with the configuration that the script wrote', () => {
  test('answers the load balancer and the visitor', async (context) => {
    const nginx = needs(context, { program: 'nginx', debian: 'nginx' })
    const server = await ScratchServer.make()
    expect((await server.boot(SCRIPT)).code).toBe(0)
    const at = await serveNginx(nginx, server)

    const health = await fetch(`${at}/healthz`, { headers: { 'user-agent': 'ELB-HealthChecker/2.0' } })
    expect([health.status, await health.text()]).toEqual([200, 'ok'])

    const home = await fetch(at, { headers: { 'x-forwarded-proto': 'https', cookie: `c=${'x'.repeat(15_000)}` } })
    expect(home.status).toBe(200)
    expect(await home.text()).toBe(await server.read('var/www/html/index.html'))
    expect(Object.fromEntries(home.headers)).toMatchObject({
      server: 'nginx',
      'content-type': 'text/html',
      'strict-transport-security': 'max-age=86400',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'strict-origin-when-cross-origin',
    })

    const missing = await fetch(`${at}/missing`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect([missing.status, missing.headers.get('x-content-type-options')]).toEqual([404, 'nosniff'])
    expect(missing.headers.has('strict-transport-security')).toBe(false)

    const log = await server.read('var/log/nginx/access.log')
    expect(log).toMatch(/"GET \/missing HTTP\/1\.1" 404 .*"203\.0\.113\.9"\n/)
    expect(log).not.toContain('healthz')
  })
})
