import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failingNat } from '../support/weather/broken-nat.ts'
import { hidden } from '../support/weather/hidden.ts'
import { lingering } from '../support/weather/lingering.ts'
import { slowStates } from '../support/weather/slow.ts'
import { under } from '../support/weather/weather.ts'
import { addressesOf, inventory, taggable } from './support/inventory.ts'
import { astray, type Document, openStack, type Stack, status } from './support/stack.ts'

const PACE = 0.02
const seconds = (count: number): number => count * 1_000 * PACE

const REASON = 'The subnet has insufficient free addresses to create this NAT gateway'

/** What is said of things that AWS does not show yet. Those of one type may be shown by one listing. */
const HIDDEN = [
  ...['ec2:vpc', 'ec2:subnet', 'ec2:security-group', 'ec2:internet-gateway', 'ec2:elastic-ip', 'ec2:launch-template'],
  ...['ec2:route-table', 'ec2:network-acl', 'ec2:nat-gateway', 'ec2:vpc-endpoint', 'ec2:instance', 'iam:role'],
  ...['iam:instance-profile', 'rds:parameter-group', 'rds:subnet-group', 'rds:instance', 'elbv2:target-group'],
  ...['elbv2:load-balancer', 'elbv2:listener', 'efs:file-system', 'efs:mount-target', 'dynamodb:table', 'kms:key'],
].map((type) => new RegExp(`^waiting ${type}/\\S+: for \\S+ to become visible$`, 'm'))

const REFUSED = [
  ...['ec2:subnet/private-a: for a new resource to be known everywhere in EC2'],
  ...['ec2:security-group/web: for a new resource to be known everywhere in EC2'],
  ...['iam:instance-profile/bastion: for the new role to be known everywhere'],
  ...['ec2:instance/bastion: for the new role to be known everywhere'],
  ...['ec2:flow-log/vpc: for the new role to be known everywhere'],
  ...['elbv2:target-group/web: for the new network to be known to load balancing'],
  ...['elbv2:load-balancer/web: for a new resource to be known to load balancing'],
  ...['autoscaling:group/web: for the new role to be known everywhere'],
  ...['autoscaling:group/web: for a new resource to be known to Auto Scaling'],
  ...['rds:subnet-group/database: for the new network to be known to RDS'],
  ...['rds:instance/main: for a new resource to be known to RDS'],
  ...['efs:mount-target/a: for a new subnet or security group to be known to EFS'],
  ...['kms:key/alerts: for the new key to be known everywhere'],
  ...['dynamodb:table/sessions: for the new table to be known everywhere'],
].map((what) => `waiting ${what}\n`)

const SLOW = [
  'waiting ec2:nat-gateway/a: for the NAT gateway to become available\n',
  'waiting elbv2:load-balancer/web: for the load balancer to become active\n',
  'waiting efs:mount-target/a: for the mount target to become available\n',
  'waiting ec2:instance/bastion: for the instance to pass its status checks\n',
  'note rds:instance/main: the database shop-dev-main is creating\n',
]

const LEFT = [
  "waiting elbv2:load-balancer/web: for the load balancer's network interfaces to be gone\n",
  'waiting ec2:security-group/database: for what still uses it to be gone\n',
  'waiting ec2:subnet/private-a: for what still uses it to be gone\n',
]

describe('AWS on an ordinary day: new things hidden, slow states, interfaces that stay', () => {
  let stack: Stack
  let said = ''
  const young = hidden({ shown: () => seconds(5), known: () => seconds(10), once: 60_000 })
  const slow = slowStates(PACE, 5)
  const nat = failingNat(1, 'InsufficientFreeAddressesInSubnet', REASON)
  let left: ReturnType<typeof lingering>
  const { proxy } = { proxy: () => stack.account.proxy }

  beforeAll(async () => {
    stack = await openStack({}, { ECOM_INFRA_PACE: String(PACE) })
    left = lingering(stack.raw.ec2, seconds(60))
    proxy().intercept(under(young, slow, nat, left))
  })
  afterAll(async () => {
    await left?.settled()
    await stack?.close()
  })

  it('up reports a NAT gateway that ends in failed, with the code and words of AWS, and brings everything else', async () => {
    const { code, stdout, stderr, json } = await stack.run(['up', '--yes', '--json'])
    said += stderr
    expect(code, stdout + stderr).toBe(1)
    const [gateway] = nat.failed
    expect(json<Document>().failures).toEqual([
      expect.objectContaining({
        ...{ address: 'ec2:nat-gateway/a', awsCode: 'InsufficientFreeAddressesInSubnet' },
        message: `The NAT gateway ${gateway} is failed: ${REASON}`,
        hint: 'Run the same command again: it puts a new one in its place.',
      }),
    ])
  })

  it('the next up puts a new one in its place, and completes', async () => {
    const { code, stdout, stderr, json } = await stack.run(['up', '--yes', '--json'])
    said += stderr
    expect(code, stdout + stderr).toBe(0)
    expect(json<Document>().summary).toMatchObject({ replaced: 1, failed: 0, skipped: 0 })
    expect(stderr).toMatch(/ec2:nat-gateway\/a.*\n.*AWS reports it as failed: InsufficientFreeAddressesInSubnet/)
    const { NatGateways = [] } = await stack.raw.ec2.describeNatGateways({})
    const states = NatGateways.map(({ NatGatewayId, State }) => [NatGatewayId === nat.failed[0], State])
    expect(states.sort()).toEqual([
      [false, 'available'],
      [true, 'deleted'],
    ])
  })

  it('has said what it waits for', () => {
    expect(HIDDEN.filter((line) => !line.test(said)).map(String)).toEqual([])
    expect([...REFUSED, ...SLOW].filter((line) => !said.includes(line))).toEqual([])
  })

  it('has met each of it', () => {
    const kinds = ['vpc', 'subnet', 'security group', 'role', 'instance profile', 'launch template']
    expect([...young.missed.keys()]).toEqual(expect.arrayContaining(kinds))
    expect([...slow.shown.keys()].sort()).toEqual(
      expect.arrayContaining(['NAT gateway', 'database', 'instance', 'load balancer', 'mount target']),
    )
  })

  it('has made nothing twice, and nothing is left to do', async () => {
    proxy().intercept(under(left))
    const now = await status(stack)
    expect(astray(now)).toEqual([])
    expect(addressesOf(await inventory(stack.raw))).toEqual(taggable(now.resources))
  })

  it('down waits for the interfaces that stay, says so, and leaves nothing', async () => {
    const { code, stdout, stderr } = await stack.run(['down', '--yes', '--delete-data', '--json'])
    expect(code, stdout + stderr).toBe(0)
    expect(LEFT.filter((line) => !stderr.includes(line))).toEqual([])
    expect([...left.refused.keys()].sort()).toEqual(['DeleteSecurityGroup', 'DeleteSubnet'])
    await left.settled()
    expect(addressesOf(await inventory(stack.raw))).toEqual([])
  })
})
