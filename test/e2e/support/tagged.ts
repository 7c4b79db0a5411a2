import { inventory, type Thing } from './inventory.ts'
import { tagsIn } from './raw.ts'
import type { Stack } from './stack.ts'

/** What is launched already keeps what it was launched with; stock moto lists templates with their first tags for ever. */
const APART = ['instance', 'volume', 'interface', 'template']
const TEMPLATE = { LaunchTemplateName: 'shop-dev-web', Versions: ['$Default'] }

/** Everything that carries the stack's mark, but for what is looked at by `serverTags`. */
export const marked = async ({ raw, id }: Stack) =>
  (await inventory(raw)).filter(({ kind, tags }) => tags['ecom-infra:stack'] === id && !APART.includes(kind))

/** The names of the config's tags on the launch template, on the instances that it makes, and on their volumes. */
export async function serverTags({ raw: { ec2 } }: Stack): Promise<readonly (readonly string[])[]> {
  const [version] = (await ec2.describeLaunchTemplateVersions(TEMPLATE)).LaunchTemplateVersions ?? []
  const Filters = [{ Name: 'resource-id', Values: [version?.LaunchTemplateId ?? ''] }]
  const { Tags: own } = await ec2.describeTags({ Filters })
  const given = version?.LaunchTemplateData?.TagSpecifications ?? []
  const of = (kind: string) => given.find(({ ResourceType }) => ResourceType === kind)?.Tags
  const configs = (key: string) => key !== 'Name' && !key.startsWith('ecom-infra:')
  return [own, of('instance'), of('volume')].map((tags) => Object.keys(tagsIn(tags)).filter(configs).sort())
}

/** A stranger tags one thing of each service. */
export async function tagAsStranger(stack: Stack, Key: string): Promise<void> {
  const { ec2, iam, elbv2, autoscaling, logs, s3 } = stack.raw
  const Tags = [{ Key, Value: 'x' }]
  const all = await marked(stack)
  const id = (kind: string) => all.find((one) => one.kind === kind)?.id ?? ''
  const group = { ResourceId: id('asg'), ResourceType: 'auto-scaling-group', PropagateAtLaunch: false }
  await ec2.createTags({ Resources: [id('vpc'), id('subnet')], Tags })
  await iam.tagRole({ RoleName: id('role'), Tags })
  await elbv2.addTags({ ResourceArns: [id('balancer')], Tags })
  await autoscaling.createOrUpdateTags({ Tags: [{ ...group, Key, Value: 'x' }] })
  const resourceArn = `arn:aws:logs:us-east-1:${stack.account.id}:log-group:${id('log group')}`
  await logs.tagResource({ resourceArn, tags: { [Key]: 'x' } })
  const Bucket = id('bucket')
  const { TagSet = [] } = await s3.getBucketTagging({ Bucket })
  await s3.putBucketTagging({ Bucket, Tagging: { TagSet: [...TagSet, ...Tags] } })
  await tagStores(stack, all, { Key, Value: 'x' })
}

interface Tag {
  readonly Key: string
  readonly Value: string
}

async function tagStores({ raw, account }: Stack, all: readonly Thing[], tag: Tag): Promise<void> {
  const { rds, dynamodb, efs, sns, kms, cloudwatch } = raw
  const Tags = [tag]
  const id = (kind: string) => all.find((one) => one.kind === kind)?.id ?? ''
  const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${account.id}:${rest}`
  await rds.addTagsToResource({ ResourceName: arn('rds', `db:${id('database')}`), Tags })
  await dynamodb.tagResource({ ResourceArn: arn('dynamodb', `table/${id('items')}`), Tags })
  await efs.tagResource({ ResourceId: id('files'), Tags })
  await sns.tagResource({ ResourceArn: id('topic'), Tags })
  await kms.tagResource({ KeyId: id('key'), Tags: [{ TagKey: tag.Key, TagValue: tag.Value }] })
  await cloudwatch.tagResource({ ResourceARN: arn('cloudwatch', `alarm:${id('alarm')}`), Tags })
}
