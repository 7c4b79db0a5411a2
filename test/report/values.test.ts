import { expect, test } from 'vitest'
import { changeLines } from '../../src/report/values.ts'

const wanted = { protocol: 'tcp', fromPort: 80, description: 'HTTP', groupId: 'sg-1' }
const read = { protocol: 'tcp', fromPort: 80, groupId: 'sg-1', description: 'HTTP' }
const opened = { protocol: 'tcp', fromPort: 22, cidr: '0.0.0.0/0' }

test('an entry whose settings are only named in another order is not told', () => {
  expect(changeLines('ingress', [read, opened], [wanted])).toEqual([
    { mark: null, text: 'ingress:' },
    { mark: '-', text: 'protocol tcp, fromPort 22, cidr 0.0.0.0/0' },
  ])
})

test('the order of the settings is the same on both sides', () => {
  expect(changeLines('ingress', [read], [{ ...wanted, fromPort: 443 }])).toEqual([
    { mark: null, text: 'ingress:' },
    { mark: '-', text: 'protocol tcp, fromPort 80, groupId sg-1, description HTTP' },
    { mark: '+', text: 'protocol tcp, fromPort 443, groupId sg-1, description HTTP' },
  ])
})
