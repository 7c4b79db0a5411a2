import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkConfig, SAMPLE } from '../../src/config/check.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { renderConfig } from '../../src/config/write.ts'

function configOf(changes: object): Config {
  const checked = checkConfig({ ...SAMPLE, ...changes })
  if (!checked.ok) throw new Error(JSON.stringify(checked.findings))
  return checked.config
}

const loaded = (config: Config) =>
  loadConfig('/any.yaml', { read: () => renderConfig(config, join(import.meta.dirname, '../../ecom-infra.yaml')) })
    .config

test('a config reads as a page that explains itself', () => {
  const config = configOf({ tags: { owner: 'web-team', cost: '1234' }, access: { sshCidrs: ['203.0.113.7/32'] } })
  expect(renderConfig(config, join(import.meta.dirname, '../../ecom-infra.yaml'))).toBe(`\
# yaml-language-server: $schema=schema/ecom-infra.schema.json
name: shop                                # goes into every resource's name
environment: dev                          # which one of several: dev, test, prod
region: us-east-1                         # where it is built
blueprint: ecommerce                      # what is built
tags: { owner: web-team, cost: "1234" }   # put on every resource
protect: false                            # refuses down and every replacement
network:                                  # the network
  cidr: 10.20.0.0/16                      # address range of the VPC
  availabilityZones: 2                    # over how many zones
  nat: single                             # how private subnets reach out: none | single | per-az
access:                                   # who may come in
  sshCidrs: [203.0.113.7/32]              # who may SSH to the bastion; [] is nobody
  allowWorldSsh: false                    # must be true for 0.0.0.0/0 above
web:                                      # the web servers
  instanceType: t3.micro                  # what a web server runs on
  placement: public                       # in which subnets: public | private
  minSize: 1                              # never fewer web servers
  maxSize: 2                              # never more web servers
  cpuTarget: 70                           # scales to hold this average CPU, in percent
edge:                                     # the load balancer
  certificateArn: null                    # with an ACM certificate: HTTPS, and a redirect from 80
bastion:                                  # the way in to the database
  instanceType: t3.micro                  # what the bastion runs on
database:                                 # the database
  instanceClass: db.t3.micro              # what the database runs on
  engineVersion: "16"                     # PostgreSQL; a major version alone takes its newest minor
  storageGb: 20                           # gp3 storage; it can grow, never shrink
  multiAz: false                          # a standby in another zone, at twice the price
  backupRetentionDays: 7                  # daily backups are kept this long; 0 is none
  backupWindow: 03:00-04:00               # when the daily backup is taken, in UTC
  maintenanceWindow: sun:04:30-sun:05:30  # when AWS may change and restart the database, in UTC
  performanceInsights: false              # RDS keeps which statements waited for what, for 7 days
  enhancedMonitoringSeconds: 0            # how often the system is measured; 0 is never
monitoring:                               # logs and alarms
  logRetentionDays: 7                     # logs are kept this long
  alarmEmail: null                        # who hears of alarms; null is nobody
`)
})

test('what is written is what is read', () => {
  const awkward = ['yes', '0x10', '1e3', '~', 'null', '# no', 'a: b', '- x', '2026-01-01', '*', '', ' ', '@x', '=']
  const tag = fc.oneof(fc.constantFrom(...awkward), fc.string()).filter((text) => /^[\w .:/=+@-]{0,256}$/.test(text))
  const key = fc
    .string({ minLength: 1 })
    .filter((text) => /^[\w./=+@-]+$/.test(text) && !/^name$/i.test(text) && text !== '__proto__')
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(key, tag), { selector: ([name]) => name.toLowerCase(), maxLength: 5 }),
      (tags) => {
        const config = configOf({ tags: Object.fromEntries(tags), environment: '12' })
        expect(loaded(config)).toEqual(config)
      },
    ),
  )
})

test('a config elsewhere does not carry a path of this machine: it is shared', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ecom-infra-write-'))
  const file = join(dir, 'x.yaml')
  writeFileSync(file, renderConfig(configOf({}), file))
  const { text } = loadConfig(file)
  rmSync(dir, { recursive: true })
  expect(text).not.toContain('schema')
  expect(text).not.toContain(join(import.meta.dirname, '../..'))
})
