import type { Ctx } from '../../aws/ctx.ts'
import { EFS_BUSY, efsActions, fileSystems } from '../../aws/efs.ts'
import { unlessGone } from '../../aws/failure.ts'
import { isLacking } from '../../aws/lacking.ts'
import { type PolicyDocument, samePolicy } from '../../aws/policy.ts'
import { policyFrom } from '../../aws/policy-text.ts'
import { type Passing, patiently, until } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

/** A type of its own, because it names the file system that it is on. */
export interface FileSystemPolicySpec {
  readonly fileSystemId: string
  readonly policy: PolicyDocument
}

export interface FileSystemPolicyOut {
  readonly fileSystemId: string
}

/** aws-behaviours.md 5.7. Its id is that of the file system. */
export const fileSystemPolicy: ResourceType<FileSystemPolicySpec, FileSystemPolicyOut, Ctx> = {
  type: 'efs:file-system-policy',
  parents: ['efs:file-system'],
  fields: { fileSystemId: 'immutable', policy: 'mutable' },
  same: { policy: samePolicy },
  about: {
    // A file system has one policy: a second one takes the place of the first.
    identity: 'name',
    usable: 'created',
    seconds: { create: 2, delete: 2 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: efsActions('DescribeFileSystems', 'DescribeFileSystemPolicy'),
      create: efsActions('PutFileSystemPolicy'),
      sync: efsActions('PutFileSystemPolicy'),
      destroy: efsActions('DeleteFileSystemPolicy', 'DescribeFileSystemPolicy'),
    },
  },

  /**
   * One call a file system: EFS answers one by one, and a policy has neither tags nor a listing. The file systems are
   * known from the look at them; for one that is gone, moto's answer would look like a failure.
   */
  async read(ctx, asked) {
    const there = new Set((await fileSystems(ctx)).map(({ FileSystemId }) => FileSystemId))
    const places = asked.flatMap((one) => placesOf(one).map((id) => ({ one, id })))
    const found = await Promise.all(places.filter(({ id }) => there.has(id)).map(({ one, id }) => look(ctx, id, one)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, _address, spec) {
    await put(ctx, spec)
    return spec.fileSystemId
  },

  async sync(ctx, spec) {
    await put(ctx, spec)
  },

  async destroy(ctx, live) {
    const FileSystemId = live.id
    try {
      const done = await patiently(ctx, [EFS_BUSY], () => unlessGone(ctx.efs.deleteFileSystemPolicy({ FileSystemId })))
      // Gone before, perhaps with its file system.
      if (!done) return
    } catch (error) {
      if (!isLacking(error)) throw error
      // Stock moto keeps it for as long as there is the file system, which it deletes all the same.
      return ctx.note('this emulator takes the policy away only with the file system')
    }
    await until(ctx, { what: 'the file-system policy to be gone', every: 2, timeout: 300 }, async () => {
      const answer = await unlessGone(ctx.efs.describeFileSystemPolicy({ FileSystemId }))
      return answer === undefined ? true : undefined
    })
  },
}

/** A role or user that was made a moment ago is no valid principal yet. */
const FRESH_PRINCIPAL: Passing = {
  codes: ['InvalidPolicy'],
  says: ['policy contains invalid principal block'],
  seconds: 120,
  what: 'the new role to be known everywhere',
}

async function put(ctx: Ctx, { fileSystemId, policy }: FileSystemPolicySpec): Promise<void> {
  const input = { FileSystemId: fileSystemId, Policy: JSON.stringify(policy) }
  await patiently(ctx, [EFS_BUSY, FRESH_PRINCIPAL], () => ctx.efs.putFileSystemPolicy(input))
}

/** The file system it was on, and the one that it shall be on. */
function placesOf({ id, spec }: Asked): readonly string[] {
  const wanted = (spec as Partial<FileSystemPolicySpec> | null)?.fileSystemId
  return [...new Set([id ?? [], wanted === undefined || wanted === UNKNOWN ? [] : wanted].flat())]
}

/** What is on a file system of ours is ours: only what was asked for is looked at. AWS's default has no text. */
async function look(
  ctx: Ctx,
  fileSystemId: string,
  { address }: Asked,
): Promise<Found<FileSystemPolicySpec, FileSystemPolicyOut> | null> {
  const answer = await unlessGone(ctx.efs.describeFileSystemPolicy({ FileSystemId: fileSystemId }))
  if (!answer?.Policy) return null
  const spec = { fileSystemId, policy: policyFrom(answer.Policy) }
  return { address, id: fileSystemId, ours: true, spec, tags: null, out: { fileSystemId } }
}
