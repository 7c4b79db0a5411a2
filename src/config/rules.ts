import { MONITORING_SECONDS, RETENTION_DAYS } from './fields.ts'
import type { Finding, Path } from './finding.ts'
import { AVAILABLE_BLUEPRINTS } from './names.ts'
import { regionOf } from './regions.ts'
import { type Rule, wrong } from './rule.ts'
import { rangeRule, sshRules } from './rules-cidr.ts'
import { tagRules } from './rules-tags.ts'
import { windowRules } from './rules-windows.ts'
import { allowedAt } from './walk.ts'

const availableBlueprint: Rule = ({ blueprint }) =>
  blueprint === undefined || AVAILABLE_BLUEPRINTS.includes(blueprint)
    ? []
    : wrong(['blueprint'], blueprint, 'is not available in this version', AVAILABLE_BLUEPRINTS.join(', '))

const zonesOfRegion: Rule = ({ region, network }) => {
  const zones = network?.availabilityZones
  const most = region === undefined ? undefined : regionOf(region)?.zones
  if (zones === undefined || most === undefined || zones <= most) return []
  const allowed = most === 2 ? '2' : `2 to ${most}`
  return wrong(
    ['network', 'availabilityZones'],
    zones,
    `is more than ${region} has for an ordinary account: ${most}`,
    allowed,
  )
}

const privateNeedsNat: Rule = ({ network, web }) =>
  network?.nat === 'none' && web?.placement === 'private'
    ? wrong(
        ['web', 'placement'],
        'private',
        'needs a NAT gateway: without one, web servers cannot reach their package repositories',
        'public, or network.nat: single or per-az',
      )
    : []

const sizes: Rule = ({ web }, given) => {
  const { minSize, maxSize } = web ?? {}
  if (minSize === undefined || maxSize === undefined || minSize <= maxSize) return []
  return given(['web', 'maxSize'])
    ? wrong(['web', 'maxSize'], maxSize, `is less than web.minSize, ${minSize}`, `${minSize} to 100`)
    : wrong(
        ['web', 'minSize'],
        minSize,
        `is more than web.maxSize, ${maxSize} by default`,
        `1 to ${maxSize}, or set web.maxSize`,
      )
}

const certificateRegion: Rule = ({ region, edge }) => {
  const arn = edge?.certificateArn
  if (region === undefined || typeof arn !== 'string') return []
  const home = arn.split(':')[3]
  return home === region
    ? []
    : wrong(
        ['edge', 'certificateArn'],
        arn,
        `is a certificate of ${home}, and the stack is in ${region}`,
        `a certificate of ${region}`,
      )
}

const retention: Rule = ({ monitoring }) =>
  oneOf({
    path: ['monitoring', 'logRetentionDays'],
    value: monitoring?.logRetentionDays,
    numbers: RETENTION_DAYS,
    what: 'a retention that CloudWatch Logs offers',
  })

const monitoringSeconds: Rule = ({ database }) =>
  oneOf({
    path: ['database', 'enhancedMonitoringSeconds'],
    value: database?.enhancedMonitoringSeconds,
    numbers: MONITORING_SECONDS,
    what: 'an interval that RDS offers',
  })

interface Choice {
  readonly path: Path
  readonly value: number | undefined
  readonly numbers: readonly number[]
  readonly what: string
}

function oneOf({ path, value, numbers, what }: Choice): readonly Finding[] {
  if (value === undefined || numbers.includes(value)) return []
  const near = numbers.reduce((best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best))
  return wrong(path, value, `is not ${what}; the nearest is ${near}`, allowedAt(path))
}

const githubSource: Rule = ({ pipeline }, given) => {
  if (pipeline?.source === undefined) return []
  const fields = ['repository', 'connectionArn'] as const
  if (pipeline.source === 's3') {
    const idle = [...fields, 'branch' as const].filter(
      (field) => given(['pipeline', field]) && typeof pipeline[field] === 'string',
    )
    return idle.flatMap((field) =>
      wrong(['pipeline', field], pipeline[field], 'has no meaning with source: s3', 'nothing, or source: github'),
    )
  }
  const missing = fields.filter((field) => pipeline[field] === null)
  return missing.flatMap((field) =>
    wrong(['pipeline', field], undefined, 'is missing: source: github needs it', githubNeeds[field]),
  )
}

const githubNeeds = { repository: 'owner/name', connectionArn: 'the ARN of a connection' } as const

/** Everything that takes more than one value, or a table, to judge. */
export const rules: readonly Rule[] = [
  availableBlueprint,
  tagRules,
  rangeRule,
  zonesOfRegion,
  sshRules,
  privateNeedsNat,
  sizes,
  certificateRegion,
  retention,
  monitoringSeconds,
  windowRules,
  githubSource,
]
