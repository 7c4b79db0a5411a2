import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { connectionString, libpqVariables, type TunnelFacts, tunnelDocument } from '../../src/report/tunnel-document.ts'
import { exportsText, tunnelText } from '../../src/report/tunnel-text.ts'

const facts: TunnelFacts = {
  stack: 'shop-dev',
  region: 'eu-west-1',
  port: 5433,
  bastion: { host: '203.0.113.5', port: 22, user: 'ec2-user' },
  instance: 'i-0123',
  database: {
    ...{ id: 'shop-dev-main', host: 'shop-dev-main.abc.eu-west-1.rds.amazonaws.com', name: 'shop', user: 'shopadmin' },
    secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-abc',
  },
  rootCertificates: "/tmp/it's & mine/$HOME/rds.pem",
}

describe('the words of a tunnel', () => {
  test('are read by a shell as they are meant, whatever is in them', () => {
    const shell = execFileSync('sh', ['-c', `set -e\n${exportsText(facts)}\nenv -0`], {
      ...{ env: { PGSERVICE: 'other', PGSERVICEFILE: '/x' }, encoding: 'utf8' },
    })
    const seen = Object.fromEntries(shell.split('\0').map((line) => line.split(/=(.*)/s)))
    expect(seen).toMatchObject(libpqVariables(facts))
    for (const absent of ['PGPASSWORD', 'PGSERVICE', 'PGSERVICEFILE']) expect(seen).not.toHaveProperty(absent)
  })

  test('lead to 127.0.0.1 by the name of the certificate', () => {
    const url = new URL(connectionString(facts))
    expect([url.hostname, url.port, url.username, url.password, url.pathname]).toEqual([
      ...[facts.database.host, '5433', 'shopadmin', '', '/shop'],
    ])
    expect(Object.fromEntries(url.searchParams)).toEqual({
      ...{ hostaddr: '127.0.0.1', sslmode: 'verify-full', sslrootcert: facts.rootCertificates },
    })
    expect(tunnelDocument(facts)).toMatchObject({ schema: 'ecom-infra/tunnel/1', host: '127.0.0.1', port: 5433 })
  })

  test('say what to do where nobody can verify the database', () => {
    const words = /curl .*global-bundle\.pem && export PGSSLROOTCERT="\$PWD\/global-bundle\.pem"$/m
    expect(tunnelText({ ...facts, rootless: true }, { color: false })).toMatch(words)
    expect(tunnelText(facts, { color: false })).not.toContain('global-bundle')
  })

  test('say where the password is, where there is one', () => {
    expect(tunnelText(facts, { color: false })).toContain("--secret-id 'arn:aws:secretsmanager:")
    const without = { ...facts, database: { ...facts.database, secretArn: null } }
    expect(tunnelText(without, { color: false }) + exportsText(without)).not.toMatch(/assword.*Secrets|PGPASSWORD/)
  })
})
