export interface FileSystemSpec {
  readonly encrypted: boolean
  readonly performanceMode: 'generalPurpose'
  readonly throughputMode: 'elastic' | 'bursting'
  /** `AFTER_30_DAYS`; null: files stay where they are. */
  readonly transitionToIa: string | null
  /** `AFTER_1_ACCESS`: back on the first access; null: they stay in Infrequent Access. */
  readonly transitionToPrimary: string | null
  readonly automaticBackups: boolean
}

export interface FileSystemOut {
  readonly id: string
  readonly arn: string
}
