import type { ResponseLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { Stack } from './stack.ts'

/** What a server does when it boots. */
export const script = (data: ResponseLaunchTemplateData | undefined): string =>
  Buffer.from(data?.UserData ?? '', 'base64').toString()

/** What a web server works with, as AWS has it. */
async function stores({ raw, account }: Stack) {
  const [databases, systems, points, tables] = await Promise.all([
    raw.rds.describeDBInstances({}),
    raw.efs.describeFileSystems({}),
    raw.efs.describeAccessPoints({}),
    raw.dynamodb.describeTable({ TableName: 'shop-dev-sessions' }),
  ])
  return {
    bucket: `shop-dev-assets-${account.id}-us-east-1`,
    database: databases.DBInstances?.[0],
    system: systems.FileSystems?.[0],
    point: points.AccessPoints?.[0],
    table: tables.Table,
  }
}

/** What has to stand in `/etc/ecom-infra.env`. */
export async function namesFor(stack: Stack): Promise<Readonly<Record<string, unknown>>> {
  const { bucket, database, system, point } = await stores(stack)
  return {
    ECOM_INFRA_STACK: 'shop-dev',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    SESSIONS_TABLE: 'shop-dev-sessions',
    ASSETS_BUCKET: bucket,
    DATABASE_SECRET_ARN: database?.MasterUserSecret?.SecretArn,
    DATABASE_HOST: database?.Endpoint?.Address,
    DATABASE_PORT: '5432',
    DATABASE_NAME: 'shop',
    FILES_ID: system?.FileSystemId,
    FILES_ACCESS_POINT_ID: point?.AccessPointId,
    FILES_DIR: '/var/www/images',
  }
}

/** Every statement of the web servers' role. */
export async function rightsOf(stack: Stack): Promise<readonly object[]> {
  const { bucket, database, system, point, table } = await stores(stack)
  const secret = database?.MasterUserSecret?.SecretArn
  const items = ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']
  const user = `arn:aws:rds-db:us-east-1:${stack.account.id}:dbuser:${database?.DbiResourceId}/web`
  const allow = (Sid: string, Action: string | readonly string[], Resource: string | undefined) => ({
    ...{ Sid, Effect: 'Allow', Action, Resource },
  })
  return [
    allow('ListAssets', 's3:ListBucket', `arn:aws:s3:::${bucket}`),
    allow('ReadAssets', 's3:GetObject', `arn:aws:s3:::${bucket}/*`),
    allow(
      'Sessions',
      [...items, 'DescribeTable'].map((item) => `dynamodb:${item}`),
      table?.TableArn,
    ),
    allow('DatabasePassword', ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], secret),
    allow('DatabaseAsWeb', 'rds-db:connect', user),
    {
      ...allow(
        'ProductFiles',
        ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        system?.FileSystemArn,
      ),
      Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': point?.AccessPointArn } },
    },
    { Sid: 'OurLogGroupsOnly', Effect: 'Deny', Action: 'logs:CreateLogGroup', Resource: '*' },
  ]
}
