import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findConfig, type LoadOptions, loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/problem.ts'
import { notYet, stackId } from '../../src/config/schema.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ecom-infra-config-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const ALLOWED = 'a YAML file with name, environment, region and blueprint'
const LEAST = 'name: shop\nenvironment: dev\nregion: us-east-1\nblueprint: ecommerce\n'

function write(text: string): string {
  const path = join(dir, 'ecom-infra.yaml')
  writeFileSync(path, text)
  return path
}

function refusal(path: string, options?: LoadOptions): ConfigError {
  try {
    loadConfig(path, options)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('was accepted')
}

/** The lines of the message below its first, without the directory. */
function lines(path: string, options?: LoadOptions): readonly string[] {
  return refusal(path, options)
    .message.replaceAll(`${dir}/`, '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

/** Of a file that is the problem itself. */
const sentence = (path: string, options?: LoadOptions): string =>
  refusal(path, options).message.replaceAll(`${dir}/`, '')

describe('a good file', () => {
  test('the least has all defaults', () => {
    const { config, given, path, text } = loadConfig(write(LEAST))
    expect(config).toEqual({
      name: 'shop',
      environment: 'dev',
      region: 'us-east-1',
      blueprint: 'ecommerce',
      tags: {},
      protect: false,
      network: { cidr: '10.20.0.0/16', availabilityZones: 2, nat: 'single' },
      access: { sshCidrs: [], allowWorldSsh: false },
      web: { instanceType: 't3.micro', placement: 'public', minSize: 1, maxSize: 2, cpuTarget: 70 },
      edge: { certificateArn: null },
      bastion: { instanceType: 't3.micro' },
      database: {
        instanceClass: 'db.t3.micro',
        engineVersion: '16',
        storageGb: 20,
        multiAz: false,
        backupRetentionDays: 7,
        backupWindow: '03:00-04:00',
        maintenanceWindow: 'sun:04:30-sun:05:30',
        performanceInsights: false,
        enhancedMonitoringSeconds: 0,
      },
      monitoring: { logRetentionDays: 7, alarmEmail: null },
      pipeline: { source: 's3', repository: null, branch: 'main', connectionArn: null },
    })
    expect(stackId(config)).toBe('shop-dev')
    expect(notYet(given)).toEqual([])
    expect(path).toBe(join(dir, 'ecom-infra.yaml'))
    expect(text).toBe(LEAST)
  })

  test('the example of the contract, with what has no effect yet', () => {
    const { config, given } = loadConfig(join(import.meta.dirname, 'contract.yaml'))
    expect(config.access.sshCidrs).toEqual(['203.0.113.7/32'])
    expect(config.monitoring.alarmEmail).toBe('ops@example.com')
    expect(notYet(given)).toEqual(['pipeline'])
  })

  test('aliases, a byte order mark and Windows line ends are YAML too', () => {
    const { config } = loadConfig(write(`\uFEFF${LEAST}tags: { a: &x one, b: *x }\n`.replaceAll('\n', '\r\n')))
    expect(config.tags).toEqual({ a: 'one', b: 'one' })
  })

  test('--region comes before the file, also where others are judged by it', () => {
    const path = write(`${LEAST}network: { availabilityZones: 4 }\n`)
    expect(loadConfig(path, { region: 'us-west-2' }).config.region).toBe('us-west-2')
    expect(lines(path, { region: 'us-west-1' })).toEqual([
      'ecom-infra.yaml:5:31  network.availabilityZones  4  is more than us-west-1 has for an ordinary account: 2; allowed: 2',
    ])
    expect(lines(path, { region: 'us-west-9' })).toEqual([
      '--region  region  "us-west-9"  is unknown (did you mean us-west-1?); allowed: a commercial AWS region, for example us-east-1',
    ])
  })
})

describe('everything that is wrong is told at once', () => {
  test('each with its line and column, in the order of the file', () => {
    const path = write(`name: shop-
environment: dev
region: us-east-1
blueprint: platform
owner: me
network:
  cidr: 10.20.0.1/16
  availabilityZones: 5
  nat: none
access:
  sshCidrs:
    - 203.0.113.7/32
    - 0.0.0.0/0
web: { minSize: 3, maxSize: 2, placement: private }
edge:
tags:
  Name: x
database: { storage: 20 }
`)
    expect(refusal(path).message.split('\n')[0]).toBe(`${path} has 11 problems:`)
    expect(lines(path)).toEqual([
      'ecom-infra.yaml:1:7  name  "shop-"  is not a valid name; allowed: 2-20 of a-z 0-9 and single inner hyphens, starting with a letter; not sg, internal, sg-…, internal-…',
      'ecom-infra.yaml:4:12  blueprint  "platform"  is not available in this version; allowed: ecommerce',
      'ecom-infra.yaml:5:1  owner  "me"  is not a field of the config; allowed: name, environment, region, blueprint, tags, protect, network, access, web, edge, bastion, database, monitoring, pipeline',
      'ecom-infra.yaml:7:9  network.cidr  "10.20.0.1/16"  is not the address of a network; the nearest is 10.20.0.0/16; allowed: an IPv4 network from /16 to /24, for example 10.20.0.0/16',
      'ecom-infra.yaml:8:22  network.availabilityZones  5  is more than 4; allowed: 2 to 4',
      'ecom-infra.yaml:13:7  access.sshCidrs[1]  "0.0.0.0/0"  opens SSH to the whole world; allowed: your own networks, for example 203.0.113.7/32; this one only with allowWorldSsh: true',
      'ecom-infra.yaml:14:29  web.maxSize  2  is less than web.minSize, 3; allowed: 3 to 100',
      'ecom-infra.yaml:14:43  web.placement  "private"  needs a NAT gateway: without one, web servers cannot reach their package repositories; allowed: public, or network.nat: single or per-az',
      'ecom-infra.yaml:15:1  edge  (empty)  is empty, not a mapping; allowed: a mapping of certificateArn',
      'ecom-infra.yaml:17:3  tags.Name  "x"  has a name that ecom-infra sets itself; allowed: 1 to 128 letters, digits, spaces and _ . : / = + - @, not aws:…, ecom-infra:… or Name',
      'ecom-infra.yaml:18:13  database.storage  20  is not a field of database (did you mean storageGb?); allowed: instanceClass, engineVersion, storageGb, multiAz, backupRetentionDays, backupWindow, maintenanceWindow, performanceInsights, enhancedMonitoringSeconds',
    ])
  })

  test('as data, too, and as a refusal', () => {
    const error = refusal(write(`${LEAST}protect: maybe\n`))
    expect(error).toMatchObject({ code: 'InvalidConfig', exit: 2 })
    expect(error.problems).toEqual([
      {
        file: join(dir, 'ecom-infra.yaml'),
        line: 5,
        column: 10,
        field: 'protect',
        value: '"maybe"',
        message: 'is text, not true or false',
        allowed: 'true or false',
      },
    ])
  })

  test('what is missing is shown where the file begins', () => {
    expect(lines(write('# a comment\nname: shop\n')).map((line) => line.split('; ')[0])).toEqual([
      'ecom-infra.yaml:2:1  environment  is missing',
      'ecom-infra.yaml:2:1  region  is missing',
      'ecom-infra.yaml:2:1  blueprint  is missing',
    ])
  })

  test('a duplicate key does not hide the rest', () => {
    expect(lines(write(`${LEAST}protect: no\nname: other\n`))).toEqual([
      'ecom-infra.yaml:5:10  protect  "no"  is text, not true or false; allowed: true or false',
      'ecom-infra.yaml:6:1  name  is given twice',
    ])
  })

  test('a value behind an alias is shown where it is used', () => {
    expect(lines(write(`${LEAST}tags: { a: &x 5 }\nprotect: *x\n`))).toEqual([
      'ecom-infra.yaml:5:15  tags.a  5  is a number, not text: put it in quotes; allowed: text',
      'ecom-infra.yaml:6:10  protect  5  is a number, not true or false; allowed: true or false',
    ])
  })
})

describe('a file that cannot be a config', () => {
  test.each([
    [
      'an open bracket',
      'name: [shop\nregion: x\n',
      'ecom-infra.yaml:2:1  is not YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a tab', 'network:\n\tcidr: x\n', 'ecom-infra.yaml:2:1  is not YAML: tabs are not allowed as indentation'],
    ['an open quote', 'name: "shop\n', 'ecom-infra.yaml:2:1  is not YAML: missing closing "quote'],
    [
      'a colon too many',
      'name: a: b\n',
      'ecom-infra.yaml:1:7  is not YAML: nested mappings are not allowed in compact mappings',
    ],
    [
      'two documents',
      `${LEAST}---\nname: x\n`,
      'ecom-infra.yaml:5:1  a second YAML document starts here; one is allowed',
    ],
    [
      'a tag of CloudFormation',
      `${LEAST}protect: !Ref x\n`,
      'ecom-infra.yaml:5:10  is not YAML: unresolved tag; a value that begins with ! needs quotes',
    ],
    [
      'an alias of nothing',
      'name: x\naccess:\n  sshCidrs: [*x]\n',
      'ecom-infra.yaml:3:14  uses an alias, which no anchor defines; a value that begins with * needs quotes',
    ],
    ['nested too deeply', '['.repeat(20_000), 'nested too deeply'],
    [
      'a word',
      'shop\n',
      'ecom-infra.yaml:1:1  "shop"  is text, not a mapping; allowed: a mapping of name, environment',
    ],
    [
      'a list',
      '- name: shop\n',
      'ecom-infra.yaml:1:1  (a list)  is a list, not a mapping; allowed: a mapping of name, environment',
    ],
    [
      'a billion laughs',
      `a: &a [x, x]\n${'bcdefghij'
        .split('')
        .map((key, index) => `${key}: &${key} [${`*${'abcdefghij'[index]}, `.repeat(9)}]`)
        .join('\n')}\n`,
      'ecom-infra.yaml:1:1  uses aliases more than 100 times',
    ],
  ])('%s', (_, text, line) => {
    expect(lines(write(text))[0]).toContain(line)
  })

  test.each([
    ['a directory', () => dir, ' is a directory'],
    ['a link to itself', () => linkTo('link'), 'link is a link that leads to itself'],
    ['below a file', () => join(write(LEAST), 'x'), 'ecom-infra.yaml/x does not exist: a part of its path is a file'],
    ['a device', () => '/dev/zero', '/dev/zero is not a file'],
    ['a film', () => write('#'.repeat(128 * 1024 + 1)), 'ecom-infra.yaml is larger than 128 KiB'],
  ])('%s', (_, make, words) => {
    expect(sentence(make())).toMatch(new RegExp(`${words}; allowed: ${ALLOWED}\\.$`))
  })

  test.each([
    ['nothing there', () => join(dir, 'no.yaml'), 'no.yaml does not exist.'],
    ['a broken link', () => linkTo('gone'), 'link does not exist.'],
  ])('%s', (_, make, words) => expect(sentence(make())).toBe(words))

  test.each([
    ['empty', ''],
    ['comments only', '# nothing\n'],
  ])('%s', (_, text) => expect(sentence(write(text))).toBe(`ecom-infra.yaml is empty; allowed: ${ALLOWED}.`))

  test.each([
    ['EACCES', 'may not be read by this user'],
    ['EPERM', 'may not be read by this user'],
    ['EIO', 'cannot be read: EIO'],
  ])('%s', (code, words) => {
    const read = () => {
      throw Object.assign(new Error('no'), { code })
    }
    expect(sentence(write(LEAST), { read })).toBe(`ecom-infra.yaml ${words}; allowed: ${ALLOWED}.`)
  })

  test('a missing file says how to make one', () => {
    expect(refusal(join(dir, 'no.yaml')).details.hint).toBe(`\`ecom-infra init --out ${dir}/no.yaml\` writes one.`)
  })

  test('a bug of ours is not dressed up as a problem of theirs', () => {
    const read = () => {
      throw new TypeError('ours')
    }
    expect(() => loadConfig(write(LEAST), { read })).toThrow(TypeError)
  })
})

describe('finding the file', () => {
  test('here, or upward, the nearest first', () => {
    const inner = join(dir, 'a', 'b')
    mkdirSync(inner, { recursive: true })
    expect(findConfig(inner)).toBeNull()
    const outer = write(LEAST)
    expect(findConfig(inner)).toBe(outer)
    symlinkSync('gone', join(dir, 'a', 'ecom-infra.yaml'))
    expect(findConfig(inner)).toBe(join(dir, 'a', 'ecom-infra.yaml'))
  })

  test('a file that is named is that file, there or not', () => {
    expect(findConfig(dir, 'prod.yaml')).toBe(join(dir, 'prod.yaml'))
    expect(findConfig(dir, '/etc/x.yaml')).toBe('/etc/x.yaml')
  })
})

function linkTo(target: string): string {
  symlinkSync(target, join(dir, 'link'))
  return join(dir, 'link')
}
