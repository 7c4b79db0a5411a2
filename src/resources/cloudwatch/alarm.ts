export interface AlarmSpec {
  readonly name: string
  readonly description: string
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  /** `Average`, `Sum`, `Minimum`, `Maximum`, or a percentile as `p99`. */
  readonly statistic: string
  readonly periodSeconds: number
  readonly evaluationPeriods: number
  readonly datapointsToAlarm: number
  readonly comparison: 'GreaterThanThreshold' | 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold'
  readonly threshold: number
  readonly missingData: 'missing' | 'notBreaching' | 'breaching' | 'ignore'
  readonly enabled: boolean
  /** ARNs: told when it goes off. */
  readonly alarmActions: readonly string[]
  /** ARNs: told when it is over. */
  readonly okActions: readonly string[]
}

export interface AlarmOut {
  readonly name: string
  readonly arn: string
}
