export interface DbInstanceSpec {
  /** The identifier. */
  readonly name: string
  readonly engine: 'postgres'
  /** `16` is satisfied by 16.8. */
  readonly engineVersion: string
  readonly instanceClass: string
  readonly storageGb: number
  readonly storageType: 'gp3'
  readonly storageEncrypted: boolean
  readonly databaseName: string
  readonly masterUsername: string
  /** The password is RDS's, in Secrets Manager: nobody else ever sees it. */
  readonly managedPassword: boolean
  readonly port: number
  readonly subnetGroupName: string
  readonly parameterGroupName: string
  readonly securityGroupIds: readonly string[]
  readonly multiAz: boolean
  readonly publiclyAccessible: boolean
  readonly backupRetentionDays: number
  /** UTC, `03:00-04:00`. */
  readonly backupWindow: string
  /** UTC, `sun:04:30-sun:05:30`. */
  readonly maintenanceWindow: string
  readonly copyTagsToSnapshot: boolean
  readonly autoMinorVersionUpgrade: boolean
  readonly iamAuthentication: boolean
  readonly deletionProtection: boolean
  readonly logExports: readonly string[]
  /** Days that they are kept; null: off. */
  readonly performanceInsightsDays: number | null
  /** Null: off. */
  readonly enhancedMonitoring: { readonly seconds: number; readonly roleArn: string } | null
}

export interface DbInstanceOut {
  readonly name: string
  readonly arn: string
  /** Host name of the endpoint; empty until the instance is available. */
  readonly host: string
  readonly port: string
  readonly databaseName: string
  /** The ARN of the managed secret; never what is in it. Empty until RDS has made it. */
  readonly secretArn: string
  readonly resourceId: string
}
