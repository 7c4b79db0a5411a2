import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkConfig, SAMPLE } from '../../src/config/check.ts'
import { refusals } from './refusals.ts'

const CLASS = 'a class of RDS instance, for example db.t3.micro'
const VERSION = 'a version of PostgreSQL from 13 on, in quotes: "16" or "16.8"'
const DAILY = 'hh:mm-hh:mm in UTC, 30 minutes or more, for example 03:00-04:00'
const WEEKLY = 'ddd:hh:mm-ddd:hh:mm in UTC and small letters, 30 minutes or more, for example sun:04:30-sun:05:30'
const APART = 'windows that do not overlap, in UTC: one may begin when the other ends'
const SECONDS = 'one of 0, 1, 5, 10, 15, 30, 60'
const EMAIL = 'null, or one e-mail address, for example ops@example.com'

const windows = (backupWindow: string, maintenanceWindow: string) => ({ database: { backupWindow, maintenanceWindow } })

describe('what is accepted', () => {
  test.each<[string, object]>([
    ['no backups', { database: { backupRetentionDays: 0, engineVersion: '16.8', storageGb: 65_536 } }],
    ['backups for as long as there can be', { database: { backupRetentionDays: 35 } }],
    ...['db.t4g.small', 'db.m7g.16xlarge', 'db.r6gd.xlarge', 'db.x2iedn.32xlarge'].map(
      (instanceClass): [string, object] => [instanceClass, { database: { instanceClass } }],
    ),
    ['windows of half an hour', windows('03:00-03:30', 'sun:04:00-sun:04:30')],
    ['one window right after the other', windows('03:00-04:00', 'mon:04:00-mon:05:00')],
    ['and right before it', windows('03:00-04:00', 'mon:02:00-mon:03:00')],
    ['a backup over midnight', windows('23:45-00:15', 'sun:00:15-sun:00:45')],
    ['maintenance over the end of the week', windows('03:00-04:00', 'sun:23:30-mon:03:00')],
    ['maintenance of most of a day', windows('03:00-04:00', 'sun:04:00-mon:03:00')],
    ['every interval of monitoring', { database: { enhancedMonitoringSeconds: 15, performanceInsights: true } }],
    ...["o'neil+alarms@mail.example.co.uk", 'ops_1@example.com', 'a@b.io'].map((alarmEmail): [string, object] => [
      alarmEmail,
      { monitoring: { alarmEmail } },
    ]),
    ['nobody to be told', { monitoring: { alarmEmail: null } }],
  ])('%s', (_, changes) => expect(refusals(changes)).toEqual([]))
})

test.each<[object, string]>([
  ...['t3.micro', 'db.t3', 'db.t3.nano', 'DB.t3.micro', 'db.t3.micro '].map((instanceClass): [object, string] => [
    { database: { instanceClass } },
    `database.instanceClass  "${instanceClass}"  is not a database instance class; allowed: ${CLASS}`,
  ]),
  [
    { database: { engineVersion: 16 } },
    `database.engineVersion  16  is a number, not text: put it in quotes; allowed: ${VERSION}`,
  ],
  [
    { database: { engineVersion: '12' } },
    `database.engineVersion  "12"  is not a version of PostgreSQL that RDS offers; allowed: ${VERSION}`,
  ],
  [{ database: { storageGb: 19 } }, 'database.storageGb  19  is less than 20; allowed: 20 to 65536'],
  [{ database: { storageGb: 65_537 } }, 'database.storageGb  65537  is more than 65536; allowed: 20 to 65536'],
  [{ database: { storageGb: 20.5 } }, 'database.storageGb  20.5  is not a whole number; allowed: 20 to 65536'],
  [{ database: { backupRetentionDays: 36 } }, 'database.backupRetentionDays  36  is more than 35; allowed: 0 to 35'],
  [{ database: { backupRetentionDays: -1 } }, 'database.backupRetentionDays  -1  is less than 0; allowed: 0 to 35'],
  // windows of wrong form
  ...['3:00-4:00', '03:00', '03:00 - 04:00', '24:00-01:00', '03:60-05:00', 'sun:03:00-sun:04:00', ''].map(
    (backupWindow): [object, string] => [
      { database: { backupWindow } },
      `database.backupWindow  "${backupWindow}"  is not a daily window; allowed: ${DAILY}`,
    ],
  ),
  ...['Sun:04:30-Sun:05:30', '04:30-05:30', 'sun:04:30', 'sunday:04:30-sunday:05:30', 'sun:4:30-sun:5:30'].map(
    (maintenanceWindow): [object, string] => [
      { database: { maintenanceWindow } },
      `database.maintenanceWindow  "${maintenanceWindow}"  is not a weekly window; allowed: ${WEEKLY}`,
    ],
  ),
  // too short
  [
    { database: { backupWindow: '03:00-03:29' } },
    `database.backupWindow  "03:00-03:29"  is 29 minutes long; allowed: ${DAILY}`,
  ],
  [
    { database: { backupWindow: '23:50-00:10' } },
    `database.backupWindow  "23:50-00:10"  is 20 minutes long; allowed: ${DAILY}`,
  ],
  [
    { database: { backupWindow: '03:00-03:00' } },
    `database.backupWindow  "03:00-03:00"  ends when it begins; allowed: ${DAILY}`,
  ],
  [
    { database: { maintenanceWindow: 'sun:23:50-mon:00:10' } },
    `database.maintenanceWindow  "sun:23:50-mon:00:10"  is 20 minutes long; allowed: ${WEEKLY}`,
  ],
  // in each other's way
  [
    windows('03:00-04:00', 'wed:03:59-wed:04:29'),
    `database.maintenanceWindow  "wed:03:59-wed:04:29"  overlaps database.backupWindow, 03:00-04:00 on wed; allowed: ${APART}`,
  ],
  [
    windows('23:30-00:30', 'tue:00:00-tue:01:00'),
    `database.maintenanceWindow  "tue:00:00-tue:01:00"  overlaps database.backupWindow, 23:30-00:30 on mon; allowed: ${APART}`,
  ],
  [
    windows('23:30-00:30', 'mon:00:00-mon:01:00'),
    `database.maintenanceWindow  "mon:00:00-mon:01:00"  overlaps database.backupWindow, 23:30-00:30 on sun; allowed: ${APART}`,
  ],
  [
    windows('00:00-00:30', 'sun:23:00-mon:00:01'),
    `database.maintenanceWindow  "sun:23:00-mon:00:01"  overlaps database.backupWindow, 00:00-00:30 on mon; allowed: ${APART}`,
  ],
  [
    windows('12:00-13:00', 'fri:20:00-mon:06:00'),
    `database.maintenanceWindow  "fri:20:00-mon:06:00"  overlaps database.backupWindow, 12:00-13:00 on sat; allowed: ${APART}`,
  ],
  [
    { database: { backupWindow: '05:00-06:00' } },
    `database.backupWindow  "05:00-06:00"  overlaps database.maintenanceWindow, sun:04:30-sun:05:30 by default; allowed: ${APART}`,
  ],
  [
    { database: { maintenanceWindow: 'mon:03:00-mon:05:00' } },
    `database.maintenanceWindow  "mon:03:00-mon:05:00"  overlaps database.backupWindow, 03:00-04:00 on mon; allowed: ${APART}`,
  ],
  // monitoring
  ...(
    [
      [2, 1],
      [3, 1],
      [20, 15],
      [61, 60],
      [-5, 0],
    ] as const
  ).map(([seconds, near]): [object, string] => [
    { database: { enhancedMonitoringSeconds: seconds } },
    `database.enhancedMonitoringSeconds  ${seconds}  is not an interval that RDS offers; the nearest is ${near}; allowed: ${SECONDS}`,
  ]),
  [
    { database: { performanceInsights: 'yes' } },
    'database.performanceInsights  "yes"  is text, not true or false; allowed: true or false',
  ],
  // alarms
  ...['ops@', '@example.com', 'ops', 'ops@example', 'a b@example.com', '.ops@example.com', 'o..ps@example.com'].map(
    (alarmEmail): [object, string] => [
      { monitoring: { alarmEmail } },
      `monitoring.alarmEmail  "${alarmEmail}"  is not an e-mail address; allowed: ${EMAIL}`,
    ],
  ),
  ...['ops@-example.com', 'ops@example.com,dev@example.com', 'öps@example.com', 'ops@10.0.0.1', ''].map(
    (alarmEmail): [object, string] => [
      { monitoring: { alarmEmail } },
      `monitoring.alarmEmail  "${alarmEmail}"  is not an e-mail address; allowed: ${EMAIL}`,
    ],
  ),
])('%j is refused', (changes, line) => expect(refusals(changes)).toEqual([line]))

test('all that is wrong is told at once', () => {
  const database = { instanceClass: 't3', storageGb: 5, backupRetentionDays: 99, backupWindow: '1', multiAz: 2 }
  const fields = refusals({ database: { ...database, maintenanceWindow: 'sun:00:00-sun:00:01' }, web: { minSize: 9 } })
  expect(fields.map((line) => line.split('  ')[0])).toEqual([
    'database.instanceClass',
    'database.storageGb',
    'database.multiAz',
    'database.backupRetentionDays',
    'database.backupWindow',
    'web.minSize',
    'database.maintenanceWindow',
  ])
})

test('windows are held apart minute by minute', () => {
  const DAY = 24 * 60
  const time = (minute: number) =>
    `${String(Math.floor((minute % DAY) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const moment = (minute: number) =>
    `${['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][Math.floor(minute / DAY) % 7]}:${time(minute)}`
  const length = fc.integer({ min: 30, max: 300 })
  const daily = fc.tuple(fc.nat({ max: DAY - 1 }), length)
  const weekly = fc.tuple(fc.nat({ max: 7 * DAY - 1 }), length)
  fc.assert(
    fc.property(daily, weekly, ([from, long], [begin, last]) => {
      const backup = new Set(Array.from({ length: long }, (_, minute) => (from + minute) % DAY))
      const meet = Array.from({ length: last }, (_, minute) => (begin + minute) % DAY).some((one) => backup.has(one))
      const config = windows(`${time(from)}-${time(from + long)}`, `${moment(begin)}-${moment(begin + last)}`)
      expect(checkConfig({ ...SAMPLE, ...config }).ok).toBe(!meet)
    }),
    { numRuns: 500 },
  )
})
