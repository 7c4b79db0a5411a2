import { describe, expect, it } from 'vitest'
import type { Answer, Call, Heard } from '../proxy.ts'
import { failingNat } from './broken-nat.ts'
import { hidden } from './hidden.ts'
import { editItems, editJson } from './items.ts'
import { slowStates } from './slow.ts'
import { under, type Weather } from './weather.ts'

const callOf = (service: string, action: string, form: Call['form'] = {}): Call => ({
  ...{
    service,
    action,
    form: { Action: action, ...form },
    region: 'us-east-1',
    accessKey: 'a',
    method: 'POST',
    path: '/',
    text: '',
    number: 1,
  },
  ...{ mutating: !action.startsWith('Describe') && !action.startsWith('List'), at: 0, inFlight: 1, began: 1 },
  ...{ answered: 0, sent: '', got: '', status: 0, ms: 0, requestBytes: 0, responseBytes: 0 },
})

/** What a client hears of a call to which AWS answers with this body. */
async function heard(weather: Weather, call: Call, body = ''): Promise<Answer | Heard> {
  const verdict = await under(weather)(call)
  if (typeof verdict !== 'object') return { status: 200, headers: {}, body }
  if ('status' in verdict) return verdict
  if (!('rewrite' in verdict)) throw new Error('Nothing is held.')
  const answer = await verdict.rewrite({ status: 200, headers: {}, body })
  if (answer === 'reset') throw new Error('Nothing is cut.')
  return answer
}

const SUBNETS = '<subnetSet><item><subnetId>subnet-1</subnetId><tagSet><item><key>a</key></item></tagSet></item>'
const LISTED = `${SUBNETS}<item><subnetId>subnet-2</subnetId></item></subnetSet>`

describe('an answer, item by item', () => {
  it('is edited wherever the list stands, and nowhere else', () => {
    const kept = editItems(`<a>${LISTED}</a>`, 'subnetSet', (item) => (item.includes('>subnet-1<') ? null : item))
    expect(kept).toBe('<a><subnetSet><item><subnetId>subnet-2</subnetId></item></subnetSet></a>')
    expect(editItems('<a><subnetSet/></a>', 'subnetSet', () => null)).toBe('<a><subnetSet/></a>')
    const twice = '<m><Roles><member>a</member></Roles></m><m><Roles><member>b</member></Roles></m>'
    expect(editItems(twice, 'Roles', () => null)).toBe('<m><Roles></Roles></m><m><Roles></Roles></m>')
  })

  it('is edited in JSON, too', () => {
    expect(editJson('{"Keys":["a","b"],"Truncated":false}', 'Keys', (item) => (item === 'a' ? null : item))).toBe(
      '{"Keys":["b"],"Truncated":false}',
    )
  })
})

describe('what was made a moment ago', () => {
  const born = async (hiding: { readonly shown: number; readonly known: number; readonly once: number }) => {
    const fog = hidden({ shown: () => hiding.shown, known: () => hiding.known, once: hiding.once })
    await heard(fog, callOf('ec2', 'CreateSubnet'), '<subnet><subnetId>subnet-1</subnetId></subnet>')
    return fog
  }
  const listing = (fog: Weather) => heard(fog, callOf('ec2', 'DescribeSubnets'), LISTED)

  it('is missing from listings, and refused to who uses it, in the words of each service', async () => {
    const fog = await born({ shown: 60_000, known: 60_000, once: 0 })
    expect((await listing(fog)).body).not.toContain('subnet-1')
    for (const [service, action, code] of [
      ['ec2', 'ModifySubnetAttribute', 'InvalidSubnetID.NotFound'],
      ['elasticloadbalancing', 'CreateLoadBalancer', 'SubnetNotFound'],
      ['rds', 'CreateDBSubnetGroup', 'InvalidSubnet'],
    ] as const) {
      const answer = await heard(fog, callOf(service, action, { 'Subnets.member.1': 'subnet-1' }))
      expect([answer.status, answer.body]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)])
    }
    expect([...fog.missed, ...fog.refused.keys()]).toEqual([
      ...[['subnet', 1], 'ec2: subnet', 'elasticloadbalancing: subnet', 'rds: subnet'],
    ])
  })

  it('is found by filters and by deletions, and others are as they are', async () => {
    const fog = await born({ shown: 60_000, known: 60_000, once: 0 })
    for (const call of [
      callOf('ec2', 'DescribeRouteTables', { 'Filter.1.Value.1': 'subnet-1' }),
      callOf('ec2', 'DeleteSubnet', { SubnetId: 'subnet-1' }),
      callOf('ec2', 'ModifySubnetAttribute', { SubnetId: 'subnet-2' }),
    ])
      expect((await heard(fog, call, 'AWS')).body).toBe('AWS')
  })

  it('shows when its time has come; but the first looks, and the first use, are always in vain', async () => {
    expect((await listing(await born({ shown: 0, known: 0, once: 0 }))).body).toBe(LISTED)
    const fog = await born({ shown: 0, known: 0, once: 60_000 })
    const seen: boolean[] = []
    for (let look = 0; look < 4; look++) seen.push((await listing(fog)).body === LISTED)
    expect(seen).toEqual([false, false, false, true])
    const use = callOf('ec2', 'ModifySubnetAttribute', { SubnetId: 'subnet-1' })
    expect([(await heard(fog, use)).status, (await heard(fog, use)).status]).toEqual([400, 200])
  })
})

describe('what takes its time', () => {
  const GATEWAY =
    '<natGatewaySet><item><natGatewayId>nat-1</natGatewayId><state>available</state></item></natGatewaySet>'
  const made = '<natGateway><natGatewayId>nat-1</natGatewayId></natGateway>'

  it('is shown in the state in which AWS makes it, until it is there; and to the first looks, however late', async () => {
    const states = async (slow: Weather) => {
      await heard(slow, callOf('ec2', 'CreateNatGateway'), made)
      const looks = [callOf('ec2', 'DescribeNatGateways'), callOf('ec2', 'DescribeNatGateways')]
      const seen: (string | undefined)[] = []
      for (const look of looks) seen.push(/<state>(\w+)</.exec((await heard(slow, look, GATEWAY)).body ?? '')?.[1])
      return seen
    }
    expect(await states(slowStates(1))).toEqual(['pending', 'pending'])
    expect(await states(slowStates(0))).toEqual(['available', 'available'])
    expect(await states(slowStates(0, 1))).toEqual(['pending', 'available'])
  })

  it('fails where it is to fail, and stays so', async () => {
    const nat = failingNat(1, 'InternalError', 'No reason')
    await heard(nat, callOf('ec2', 'CreateNatGateway'), made)
    await heard(nat, callOf('ec2', 'CreateNatGateway'), made.replace('nat-1', 'nat-2'))
    expect(nat.failed).toEqual(['nat-1'])
    const { body } = await heard(nat, callOf('ec2', 'DescribeNatGateways'), GATEWAY)
    expect(body).toContain('<state>failed</state><failureCode>InternalError</failureCode>')
  })
})
