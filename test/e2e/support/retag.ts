import type { Raw } from './raw.ts'

type Tags = Readonly<Record<string, string>>

/** Something that has a name of its own, which nobody else can then have. */
export interface Marked {
  readonly type: string
  readonly id: string
  /** Where its service tells it by one. */
  readonly arn: string
  /** As they are. */
  readonly tags: readonly string[]
}

const pairs = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

type Retag = (raw: Raw, thing: Marked, tags: Tags) => Promise<unknown>

const ec2Tags: Retag = async ({ ec2 }, { id, tags: old }, tags) => {
  await ec2.deleteTags({ Resources: [id], Tags: old.map((Key) => ({ Key })) })
  if (Object.keys(tags).length > 0) await ec2.createTags({ Resources: [id], Tags: pairs(tags) })
}

const balancerTags: Retag = async ({ elbv2 }, { id, tags: old }, tags) => {
  if (old.length > 0) await elbv2.removeTags({ ResourceArns: [id], TagKeys: [...old] })
  if (Object.keys(tags).length > 0) await elbv2.addTags({ ResourceArns: [id], Tags: pairs(tags) })
}

const databaseTags: Retag = async ({ rds }, { arn, tags: old }, tags) => {
  await rds.removeTagsFromResource({ ResourceName: arn, TagKeys: [...old] })
  if (Object.keys(tags).length > 0) await rds.addTagsToResource({ ResourceName: arn, Tags: pairs(tags) })
}

const watchTags: Retag = async ({ cloudwatch }, { arn: ResourceARN, tags: old }, tags) => {
  await cloudwatch.untagResource({ ResourceARN, TagKeys: [...old] })
  if (Object.keys(tags).length > 0) await cloudwatch.tagResource({ ResourceARN, Tags: pairs(tags) })
}

/** Every type of which only one can have a name: takes all its tags off, and puts others on. */
export const RETAG: Readonly<Record<string, Retag>> = {
  ...{ 'ec2:security-group': ec2Tags, 'ec2:launch-template': ec2Tags },
  ...{ 'elbv2:load-balancer': balancerTags, 'elbv2:target-group': balancerTags },
  ...{ 'rds:instance': databaseTags, 'rds:subnet-group': databaseTags, 'rds:parameter-group': databaseTags },
  'cloudwatch:alarm': watchTags,
  // It says in its body whose it is: a stranger's says nothing.
  'cloudwatch:dashboard': async (raw, thing, tags) => {
    await raw.cloudwatch.putDashboard({ DashboardName: thing.id, DashboardBody: '{"widgets":[]}' })
    await watchTags(raw, thing, tags)
  },
  'logs:log-group': async ({ logs }, { arn: resourceArn, tags: old }, tags) => {
    await logs.untagResource({ resourceArn, tagKeys: [...old] })
    if (Object.keys(tags).length > 0) await logs.tagResource({ resourceArn, tags })
  },
  'iam:role': async ({ iam }, { id: RoleName, tags: old }, tags) => {
    await iam.untagRole({ RoleName, TagKeys: [...old] })
    await iam.tagRole({ RoleName, Tags: pairs(tags) })
  },
  'iam:instance-profile': async ({ iam }, { id: InstanceProfileName, tags: old }, tags) => {
    await iam.untagInstanceProfile({ InstanceProfileName, TagKeys: [...old] })
    await iam.tagInstanceProfile({ InstanceProfileName, Tags: pairs(tags) })
  },
  's3:bucket': async ({ s3 }, { id: Bucket }, tags) => {
    await s3.deleteBucketTagging({ Bucket })
    if (Object.keys(tags).length > 0) await s3.putBucketTagging({ Bucket, Tagging: { TagSet: pairs(tags) } })
  },
  'autoscaling:group': async ({ autoscaling }, { id, tags: old }, tags) => {
    const of = { ResourceId: id, ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
    await autoscaling.deleteTags({ Tags: old.map((Key) => ({ ...of, Key })) })
    const Tags = pairs(tags).map((pair) => ({ ...of, ...pair }))
    if (Tags.length > 0) await autoscaling.createOrUpdateTags({ Tags })
  },
  'dynamodb:table': async ({ dynamodb }, { arn: ResourceArn, tags: old }, tags) => {
    await dynamodb.untagResource({ ResourceArn, TagKeys: [...old] })
    if (Object.keys(tags).length > 0) await dynamodb.tagResource({ ResourceArn, Tags: pairs(tags) })
  },
  'sns:topic': async ({ sns }, { id: ResourceArn, tags: old }, tags) => {
    await sns.untagResource({ ResourceArn, TagKeys: [...old] })
    await sns.tagResource({ ResourceArn, Tags: pairs(tags) })
  },
  'kms:key': async ({ kms }, { id: KeyId, tags: old }, tags) => {
    await kms.untagResource({ KeyId, TagKeys: [...old] })
    const Tags = pairs(tags).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }))
    if (Tags.length > 0) await kms.tagResource({ KeyId, Tags })
  },
}
