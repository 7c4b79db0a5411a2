import { describe, expect, it } from 'vitest'
import { historyText, stateListText, stateShowText, unlockText } from '../../src/report/state-text.ts'

const plain = { color: false, width: 80 }

describe('the state in words', () => {
  it('lists what is remembered', () => {
    const resources = [
      { address: 'ec2:vpc/main', type: 'ec2:vpc', id: 'vpc-1' },
      { address: 'ec2:subnet/public-a', type: 'ec2:subnet', id: 'subnet-\u001b[2J1' },
    ]
    const announced = [{ address: 'ec2:nat-gateway/a', at: '2026-01-01T00:00:00.000Z' }]
    expect(stateListText({ stack: 'shop-dev', resources, announced }, plain)).toMatchInlineSnapshot(`
      "ADDRESS              ID
      ec2:vpc/main         vpc-1
      ec2:subnet/public-a  subnet-�[2J1

      ANNOUNCED, NEVER CONFIRMED  AT
      ec2:nat-gateway/a           2026-01-01T00:00:00.000Z

      2 resources of shop-dev."
    `)
    expect(stateListText({ stack: 'shop-dev', resources: [], announced: [] }, plain)).toBe(
      'Nothing is remembered of shop-dev.',
    )
  })

  it('shows one entry', () => {
    expect(stateShowText({ address: 'ec2:vpc/main', id: 'vpc-1' })).toBe(
      '{\n  "address": "ec2:vpc/main",\n  "id": "vpc-1"\n}',
    )
  })

  it('tells the runs', () => {
    const runs = [
      { started: 's2', ended: null, command: 'down', outcome: 'running', summary: {} },
      {
        started: 's1',
        ended: 'e1',
        command: 'up',
        outcome: 'done',
        summary: { check: 20, create: 84, update: 0, delete: 1 },
      },
    ]
    expect(historyText({ stack: 'shop-dev', runs, unreadable: ['s3://b/k'] }, plain)).toMatchInlineSnapshot(`
      "STARTED  ENDED  OUTCOME  COMMAND  DID
      s2       -      running  down     -
      s1       e1     done     up       84 create, 1 delete

      Cannot be read: s3://b/k"
    `)
    expect(historyText({ stack: 'shop-dev', runs: [], unreadable: [] }, plain)).toBe(
      'There is no history of shop-dev: nothing was ever done, or `down` removed it (--keep-state keeps it).',
    )
  })

  it('says whose lock was broken', () => {
    const broken = { holder: 'alice@laptop', host: 'laptop', pid: 7, command: 'up', startedAt: 'noon' }
    expect(unlockText('shop-dev', broken)).toBe(
      'The lock of shop-dev is broken. It was held by alice@laptop on laptop (process 7) for "up", since noon.',
    )
    expect(unlockText('shop-dev', null)).toBe('shop-dev is not locked.')
  })
})
