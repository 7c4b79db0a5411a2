import type { IamInstanceProfileAssociation, Instance } from '@aws-sdk/client-ec2'
import type { Ctx } from './ctx.ts'
import { unlessGone } from './failure.ts'
import { stateOf } from './instances.ts'
import { all } from './ownership.ts'
import { FRESH_IAM } from './passing.ts'
import { patiently, until } from './wait.ts'

/**
 * Absent: associate. Running: replace, so that it is never without. Stopped: AWS takes only one after the other
 * (aws-behaviours.md 2.3), and so does moto, whose instance goes on showing the old one after a replacement.
 */
export async function changeProfile(ctx: Ctx, item: Instance, arn: string): Promise<void> {
  const InstanceId = item.InstanceId ?? ''
  const now = await association(ctx, InstanceId)
  const replaceable = stateOf(item) !== 'stopped' && arn !== '' && now?.IamInstanceProfile?.Arn !== arn
  const IamInstanceProfile = { Arn: arn }
  if (now && replaceable) {
    const { AssociationId } = now
    await patiently(ctx, [FRESH_IAM], () =>
      ctx.ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile }),
    )
  } else {
    if (now) await takeOff(ctx, InstanceId, now)
    if (arn === '') return
    await patiently(ctx, [FRESH_IAM], () => ctx.ec2.associateIamInstanceProfile({ InstanceId, IamInstanceProfile }))
  }
  await until(ctx, { what: 'the instance profile to be associated', every: 3, timeout: 300 }, async () => {
    const after = await association(ctx, InstanceId)
    return after?.State === 'associated' && after.IamInstanceProfile?.Arn === arn ? true : undefined
  })
}

async function takeOff(ctx: Ctx, id: string, { AssociationId }: IamInstanceProfileAssociation): Promise<void> {
  await unlessGone(ctx.ec2.disassociateIamInstanceProfile({ AssociationId }))
  await until(ctx, { what: 'the old instance profile to be off', every: 3, timeout: 300 }, async () =>
    (await association(ctx, id)) === undefined ? true : undefined,
  )
}

/** An instance has one; a replaced one may be shown beside it for a while. */
async function association(ctx: Ctx, id: string): Promise<IamInstanceProfileAssociation | undefined> {
  const pages = ctx.ec2.paginateDescribeIamInstanceProfileAssociations({
    Filters: [{ Name: 'instance-id', Values: [id] }],
  })
  const found = await all(pages, (page) => page.IamInstanceProfileAssociations)
  const present = found.filter(({ State }) => State !== 'disassociated')
  return present.find(({ State }) => State !== 'disassociating') ?? present[0]
}
