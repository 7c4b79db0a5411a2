import { describe, expect, test } from 'vitest'
import { checkConfig } from '../../src/config/check.ts'
import { refusals } from './refusals.ts'

const NAME = '2-20 of a-z 0-9 and single inner hyphens, starting with a letter; not sg, internal, sg-…, internal-…'
const RANGE = 'an IPv4 network from /16 to /24, for example 10.20.0.0/16'
const SSH = 'an IPv4 network, for example 203.0.113.7/32'
const WORLD = 'your own networks, for example 203.0.113.7/32; this one only with allowWorldSsh: true'
const DAYS =
  'one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653'
const ARN = "null, or the ARN of an ACM certificate in the stack's region: arn:aws:acm:REGION:ACCOUNT:certificate/ID"
const TOP =
  'name, environment, region, blueprint, tags, protect, network, access, web, edge, bastion, database, monitoring, pipeline'
const TAG = '1 to 128 letters, digits, spaces and _ . : / = + - @, not aws:…, ecom-infra:… or Name'
const TAG_VALUE = 'up to 256 letters, digits, spaces and _ . : / = + - @'
const cert = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/0b1c2d3e-1111-2222-3333-444455556666`
const hosts = (count: number) => Array.from({ length: count }, (_, index) => `203.0.113.${index}/32`)
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, '']))

describe('what is accepted', () => {
  test.each<[string, object]>([
    ['the least', {}],
    ['names at the edges', { name: 'a1', environment: '01' }],
    ['a long name', { name: 'abcdefghij-abcdefg-h' }],
    ['a name that only begins like a reserved one', { name: 'sgx', environment: 'internal' }],
    ['the smallest and largest network', { network: { cidr: '10.0.0.0/24' } }],
    ['a /16', { network: { cidr: '172.31.0.0/16' } }],
    ['the world, said twice', { access: { sshCidrs: ['0.0.0.0/0'], allowWorldSsh: true } }],
    ['sixteen hosts', { access: { sshCidrs: hosts(16) } }],
    ['private web servers behind NAT', { web: { placement: 'private' } }],
    ['public web servers without NAT', { network: { nat: 'none' } }],
    ['two zones of two', { region: 'us-west-1' }],
    ['four zones of six', { network: { availabilityZones: 4 } }],
    ['one server', { web: { minSize: 1, maxSize: 1 } }],
    ['a certificate', { edge: { certificateArn: cert('us-east-1') } }],
    ['forty tags', { tags: tags(40) }],
    ['a tag in another script', { tags: { 'cost center': 'größe: 1/2 + 3@x' } }],
    [
      'github',
      {
        pipeline: {
          source: 'github',
          repository: 'us/shop',
          branch: 'live',
          connectionArn:
            'arn:aws:codeconnections:us-east-1:123456789012:connection/0b1c2d3e-1111-2222-3333-444455556666',
        },
      },
    ],
    ...['m7i-flex.large', 'u-6tb1.112xlarge', 'c7i.metal-24xl', 't4g.nano', 'm5.metal'].map(
      (instanceType): [string, object] => [instanceType, { web: { instanceType } }],
    ),
  ])('%s', (_, changes) => expect(refusals(changes)).toEqual([]))
})

test.each<[object, string]>([
  // names
  [{ name: undefined }, `name  is missing; allowed: ${NAME}`],
  ...[
    'a',
    'abcdefghijklmnopqrstu',
    '1shop',
    'shop-',
    'sh--op',
    'Shop',
    'sh_op',
    'sg',
    'sg-shop',
    'internal',
    'internal-x',
    '',
  ].map((name): [object, string] => [{ name }, `name  "${name}"  is not a valid name; allowed: ${NAME}`]),
  ...['d', 'development', 'Dev', 'de-v', 'd v'].map((environment): [object, string] => [
    { environment },
    `environment  "${environment}"  is not a valid environment; allowed: 2-10 of a-z 0-9`,
  ]),
  [{ environment: 12 }, 'environment  12  is a number, not text: put it in quotes; allowed: 2-10 of a-z 0-9'],
  [
    { region: 'us-est-1' },
    'region  "us-est-1"  is unknown (did you mean us-east-1?); allowed: a commercial AWS region, for example us-east-1',
  ],
  [
    { region: 'constructor' },
    'region  "constructor"  is unknown; allowed: a commercial AWS region, for example us-east-1',
  ],
  [{ region: null }, 'region  (empty)  is empty, not text; allowed: a commercial AWS region, for example us-east-1'],
  [{ blueprint: 'serverless' }, 'blueprint  "serverless"  is not available in this version; allowed: ecommerce'],
  [{ blueprint: 'ecomerce' }, 'blueprint  "ecomerce"  is unknown (did you mean ecommerce?); allowed: ecommerce'],
  // unknown fields
  [{ regoin: 'x' }, `regoin  "x"  is not a field of the config (did you mean region?); allowed: ${TOP}`],
  [
    { instanceType: 't3.micro' },
    `instanceType  "t3.micro"  is not a field of the config (did you mean web.instanceType?); allowed: ${TOP}`,
  ],
  [{ zzzzzz: { a: 1 } }, `zzzzzz  (a mapping)  is not a field of the config; allowed: ${TOP}`],
  [{ constructor: 1 }, `constructor  1  is not a field of the config; allowed: ${TOP}`],
  [{ dbPassword: 'hunter2' }, `dbPassword  (not shown)  is not a field of the config; allowed: ${TOP}`],
  [{ aws: 'AKIAIOSFODNN7EXAMPLE' }, `aws  (not shown)  is not a field of the config; allowed: ${TOP}`],
  [{ 'a\u001b[2Jb': 1 }, `["a\\u001b[2Jb"]  1  is not a field of the config; allowed: ${TOP}`],
  [
    { web: { max_size: 3 } },
    'web.max_size  3  is not a field of web (did you mean maxSize?); allowed: instanceType, placement, minSize, maxSize, cpuTarget',
  ],
  // wrong types
  [
    { web: null },
    'web  (empty)  is empty, not a mapping; allowed: a mapping of instanceType, placement, minSize, maxSize, cpuTarget',
  ],
  [
    { web: [1] },
    'web  (a list)  is a list, not a mapping; allowed: a mapping of instanceType, placement, minSize, maxSize, cpuTarget',
  ],
  [{ protect: 'yes' }, 'protect  "yes"  is text, not true or false; allowed: true or false'],
  [{ web: { maxSize: 'two' } }, 'web.maxSize  "two"  is text, not a whole number; allowed: 1 to 100'],
  [{ web: { cpuTarget: 70.5 } }, 'web.cpuTarget  70.5  is not a whole number; allowed: 1 to 100'],
  [{ web: { cpuTarget: Number.NaN } }, 'web.cpuTarget  NaN  is not a whole number; allowed: 1 to 100'],
  [
    { access: { sshCidrs: '10.0.0.0/8' } },
    'access.sshCidrs  "10.0.0.0/8"  is text, not a list; allowed: at most 16 IPv4 networks: a network ACL holds 20 rules',
  ],
  [{ access: { sshCidrs: [5] } }, `access.sshCidrs[0]  5  is a number, not text: put it in quotes; allowed: ${SSH}`],
  [{ tags: { owner: true } }, 'tags.owner  true  is the word true, not text: put it in quotes; allowed: text'],
  [{ tags: ['owner'] }, 'tags  (a list)  is a list, not a mapping; allowed: at most 40 names with a text each'],
  [
    { network: { nat: false } },
    'network.nat  false  is the word false, not text: put it in quotes; allowed: none, single, per-az',
  ],
  [
    { network: { nat: 'per_az' } },
    'network.nat  "per_az"  is unknown (did you mean per-az?); allowed: none, single, per-az',
  ],
  // the network
  [{ network: { cidr: '10.20.0.0' } }, `network.cidr  "10.20.0.0"  is not an IPv4 network; allowed: ${RANGE}`],
  [
    { network: { cidr: '10.20.0.300/16' } },
    `network.cidr  "10.20.0.300/16"  is not an IPv4 network; allowed: ${RANGE}`,
  ],
  [
    { network: { cidr: '10.20.7.1/16' } },
    `network.cidr  "10.20.7.1/16"  is not the address of a network; the nearest is 10.20.0.0/16; allowed: ${RANGE}`,
  ],
  [{ network: { cidr: '10.0.0.0/8' } }, `network.cidr  "10.0.0.0/8"  is a /8; allowed: ${RANGE}`],
  [{ network: { cidr: '10.20.0.0/25' } }, `network.cidr  "10.20.0.0/25"  is a /25; allowed: ${RANGE}`],
  [
    { network: { cidr: '169.254.0.0/16' } },
    `network.cidr  "169.254.0.0/16"  lies in 169.254.0.0/16, which AWS does not give to a VPC; allowed: ${RANGE}`,
  ],
  [
    { network: { cidr: '240.0.0.0/16' } },
    `network.cidr  "240.0.0.0/16"  lies in 224.0.0.0/3, which AWS does not give to a VPC; allowed: ${RANGE}`,
  ],
  [{ network: { availabilityZones: 1 } }, 'network.availabilityZones  1  is less than 2; allowed: 2 to 4'],
  [{ network: { availabilityZones: 5 } }, 'network.availabilityZones  5  is more than 4; allowed: 2 to 4'],
  [
    { region: 'us-west-1', network: { availabilityZones: 3 } },
    'network.availabilityZones  3  is more than us-west-1 has for an ordinary account: 2; allowed: 2',
  ],
  [
    { region: 'eu-west-1', network: { availabilityZones: 4 } },
    'network.availabilityZones  4  is more than eu-west-1 has for an ordinary account: 3; allowed: 2 to 3',
  ],
  // SSH
  [
    { access: { sshCidrs: ['0.0.0.0/0'] } },
    `access.sshCidrs[0]  "0.0.0.0/0"  opens SSH to the whole world; allowed: ${WORLD}`,
  ],
  [{ access: { sshCidrs: ['::/0'] } }, `access.sshCidrs[0]  "::/0"  opens SSH to the whole world; allowed: ${WORLD}`],
  [
    { access: { sshCidrs: ['128.0.0.0/1'] } },
    `access.sshCidrs[0]  "128.0.0.0/1"  opens SSH to a large part of the world; allowed: ${WORLD}`,
  ],
  [
    { access: { sshCidrs: ['::/0'], allowWorldSsh: true } },
    `access.sshCidrs[0]  "::/0"  is an IPv6 network, and the VPC has IPv4 only; allowed: ${SSH}`,
  ],
  [
    { access: { sshCidrs: ['2001:db8::/32'] } },
    `access.sshCidrs[0]  "2001:db8::/32"  is an IPv6 network, and the VPC has IPv4 only; allowed: ${SSH}`,
  ],
  [
    { access: { sshCidrs: ['203.0.113.7'] } },
    `access.sshCidrs[0]  "203.0.113.7"  has no prefix length; one address is 203.0.113.7/32; allowed: ${SSH}`,
  ],
  [{ access: { sshCidrs: ['me'] } }, `access.sshCidrs[0]  "me"  is not an IPv4 network; allowed: ${SSH}`],
  [
    { access: { sshCidrs: ['203.0.113.7/24'] } },
    `access.sshCidrs[0]  "203.0.113.7/24"  is not the address of a network; the nearest is 203.0.113.0/24; allowed: ${SSH}`,
  ],
  [
    { access: { sshCidrs: ['10.0.0.0/8', '10.0.0.0/8'] } },
    `access.sshCidrs[1]  "10.0.0.0/8"  is in the list already, as entry 1; allowed: ${SSH}`,
  ],
  [
    { access: { sshCidrs: hosts(17) } },
    'access.sshCidrs  has 17 entries, more than 16; allowed: at most 16 IPv4 networks: a network ACL holds 20 rules',
  ],
  // web servers
  [
    { network: { nat: 'none' }, web: { placement: 'private' } },
    'web.placement  "private"  needs a NAT gateway: without one, web servers cannot reach their package repositories; allowed: public, or network.nat: single or per-az',
  ],
  ...['t3', 't3.tiny', 'T3.micro', 'db.t3.micro', 't3.micro ', 't3.large-2'].flatMap(
    (instanceType): [object, string][] =>
      ['web', 'bastion'].map((section) => [
        { [section]: { instanceType } },
        `${section}.instanceType  "${instanceType}"  is not an instance type; allowed: a type of EC2 instance, for example t3.micro`,
      ]),
  ),
  [{ web: { minSize: 3, maxSize: 2 } }, 'web.maxSize  2  is less than web.minSize, 3; allowed: 3 to 100'],
  [
    { web: { minSize: 3 } },
    'web.minSize  3  is more than web.maxSize, 2 by default; allowed: 1 to 2, or set web.maxSize',
  ],
  [{ web: { minSize: 0 } }, 'web.minSize  0  is less than 1; allowed: 1 to 100'],
  [{ web: { maxSize: 101 } }, 'web.maxSize  101  is more than 100; allowed: 1 to 100'],
  [{ web: { cpuTarget: 0 } }, 'web.cpuTarget  0  is less than 1; allowed: 1 to 100'],
  [{ web: { cpuTarget: 101 } }, 'web.cpuTarget  101  is more than 100; allowed: 1 to 100'],
  // edge, logs
  [
    { edge: { certificateArn: 'my-cert' } },
    `edge.certificateArn  "my-cert"  is not the ARN of an ACM certificate; allowed: ${ARN}`,
  ],
  [
    { region: 'eu-west-1', edge: { certificateArn: cert('us-east-1') } },
    'edge.certificateArn  "arn:aws:acm:us-east-1:123456789012:certificate/0b1c2d3e-11…  is a certificate of us-east-1, and the stack is in eu-west-1; allowed: a certificate of eu-west-1',
  ],
  ...(
    [
      [31, 30],
      [0, 1],
      [2, 1],
      [9999, 3653],
      [300, 365],
      [-5, 1],
    ] as const
  ).map(([days, near]): [object, string] => [
    { monitoring: { logRetentionDays: days } },
    `monitoring.logRetentionDays  ${days}  is not a retention that CloudWatch Logs offers; the nearest is ${near}; allowed: ${DAYS}`,
  ]),
  // tags
  [{ tags: { Name: 'x' } }, `tags.Name  "x"  has a name that ecom-infra sets itself; allowed: ${TAG}`],
  [{ tags: { name: 'x' } }, `tags.name  "x"  has a name that ecom-infra sets itself; allowed: ${TAG}`],
  [
    { tags: { 'ecom-infra:stack': 'x' } },
    `tags["ecom-infra:stack"]  "x"  has a name that ecom-infra sets itself; allowed: ${TAG}`,
  ],
  [{ tags: { 'AWS:x': 'x' } }, `tags["AWS:x"]  "x"  has a name that AWS keeps for itself; allowed: ${TAG}`],
  [{ tags: { '': 'x' } }, `tags[""]  "x"  has no name; allowed: ${TAG}`],
  [
    { tags: { [`k${'x'.repeat(128)}`]: '' } },
    `tags.k${'x'.repeat(128)}  ""  has a name of 129 characters; allowed: ${TAG}`,
  ],
  [{ tags: { 'a&b': 'x' } }, `tags["a&b"]  "x"  has a character in its name that AWS does not take; allowed: ${TAG}`],
  [
    { tags: { Owner: 'x', owner: 'y' } },
    `tags.owner  "y"  differs from Owner by case only, which IAM does not tell apart; allowed: ${TAG}`,
  ],
  [
    { tags: { owner: 'v w '.repeat(65) } },
    `tags.owner  "${'v w '.repeat(65).slice(0, 58)}…  has 260 characters; allowed: ${TAG_VALUE}`,
  ],
  [{ tags: { owner: 'a\nb' } }, `tags.owner  "a\\nb"  has a character that AWS does not take; allowed: ${TAG_VALUE}`],
  [{ tags: tags(41) }, 'tags  has 41 entries, more than 40; allowed: at most 40 tags'],
  // pipeline
  [
    { pipeline: { source: 'gitlab' } },
    'pipeline.source  "gitlab"  is unknown (did you mean github?); allowed: s3, github',
  ],
  [
    { pipeline: { repository: 'us/shop' } },
    'pipeline.repository  "us/shop"  has no meaning with source: s3; allowed: nothing, or source: github',
  ],
  [
    { pipeline: { branch: 'main' } },
    'pipeline.branch  "main"  has no meaning with source: s3; allowed: nothing, or source: github',
  ],
])('%j is refused', (changes, line) => expect(refusals(changes)).toEqual([line]))

test('a missing half of github is told by name', () => {
  expect(refusals({ pipeline: { source: 'github' } })).toEqual([
    'pipeline.repository  is missing: source: github needs it; allowed: owner/name',
    'pipeline.connectionArn  is missing: source: github needs it; allowed: the ARN of a connection',
  ])
})

test('a wrong value silences the rules that would need it, and only those', () => {
  expect(refusals({ web: { minSize: 3, maxSize: 'two', placement: 'private' }, network: { nat: 'none' } })).toEqual([
    'web.maxSize  "two"  is text, not a whole number; allowed: 1 to 100',
    'web.placement  "private"  needs a NAT gateway: without one, web servers cannot reach their package repositories; allowed: public, or network.nat: single or per-az',
  ])
  expect(refusals({ access: { sshCidrs: ['0.0.0.0/0'], allowWorldSsh: 'yes' } })).toEqual([
    'access.allowWorldSsh  "yes"  is text, not true or false; allowed: true or false',
  ])
})

test('what is no mapping at all is one problem', () => {
  const checked = checkConfig('shop')
  expect(checked.ok ? [] : checked.findings.map(({ message }) => message)).toEqual(['is text, not a mapping'])
})
