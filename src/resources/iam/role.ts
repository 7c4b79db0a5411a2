import type { Ctx } from '../../aws/ctx.ts'
import { unlessGone } from '../../aws/failure.ts'
import { deleteRole, IAM_BUSY, IAM_IN_USE, iamArn, tagRole } from '../../aws/iam.ts'
import { unknownHere } from '../../aws/managed-policies.ts'
import { askerOf, claimNamed, namesAsked } from '../../aws/named.ts'
import { iamPathOf } from '../../aws/names.ts'
import { all, toPairs, toRecord } from '../../aws/ownership.ts'
import { FRESH_IAM } from '../../aws/passing.ts'
import { type PolicyDocument, samePolicy } from '../../aws/policy.ts'
import { policyFrom } from '../../aws/policy-text.ts'
import { patiently, until } from '../../aws/wait.ts'
import { asSet } from '../../engine/diff.ts'
import type { Asked, Found, ResourceType } from '../../engine/resource.ts'

export interface RoleSpec {
  readonly name: string
  readonly path: string
  readonly description: string
  /** Who may assume it. */
  readonly trust: PolicyDocument
  /** ARNs of managed policies. */
  readonly managedPolicies: readonly string[]
  /** By name. */
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>
}

export interface RoleOut {
  readonly name: string
  readonly arn: string
}

/** aws-behaviours.md 6.1. Its id is its name. */
export const role: ResourceType<RoleSpec, RoleOut, Ctx> = {
  type: 'iam:role',
  fields: {
    name: 'immutable',
    path: 'immutable',
    description: 'mutable',
    trust: 'mutable',
    managedPolicies: 'mutable',
    inlinePolicies: 'mutable',
  },
  same: { trust: samePolicy, managedPolicies: asSet, inlinePolicies: samePolicy },
  about: {
    identity: 'name',
    usable: 'created',
    seconds: { create: 3, delete: 3 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        'iam:ListRoles',
        'iam:GetRole',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:GetRolePolicy',
        'iam:ListPolicies',
      ],
      create: ['iam:CreateRole', 'iam:TagRole', 'iam:GetRole'],
      sync: [
        'iam:TagRole',
        'iam:UntagRole',
        'iam:UpdateRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:AttachRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PutRolePolicy',
        'iam:DeleteRolePolicy',
      ],
      destroy: [
        'iam:ListInstanceProfilesForRole',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:ListAttachedRolePolicies',
        'iam:DetachRolePolicy',
        'iam:ListRolePolicies',
        'iam:DeleteRolePolicy',
        'iam:DeleteRole',
        'iam:GetRole',
      ],
    },
  },

  async read(ctx, asked) {
    const path = iamPathOf(ctx.stack, ctx.region)
    const listed = await all(ctx.iam.paginateListRoles({ PathPrefix: path }), (page) => page.Roles)
    const names = new Set([...listed.flatMap(({ RoleName }) => RoleName ?? []), ...namesAsked(asked)])
    const found = await Promise.all([...names].map((name) => look(ctx, name, asked)))
    return found.filter((one) => one !== null)
  },

  async create(ctx, address, { name, path, description, trust }) {
    const input = {
      RoleName: name,
      Path: path,
      Description: description,
      AssumeRolePolicyDocument: JSON.stringify(trust),
      Tags: toPairs(ctx.tags(address)),
    }
    await patiently(ctx, [FRESH_IAM], () => ctx.iam.createRole(input))
    return name
  },

  /** Until IAM answers with an ARN: for a moment it may give the unique id, `AROA…`, in its place. */
  async ready(ctx, id) {
    await until(ctx, { what: 'the role to have its ARN', every: 2, timeout: role.about.timeout }, async () => {
      const answer = await unlessGone(ctx.iam.getRole({ RoleName: id }))
      return answer?.Role?.Arn?.startsWith('arn:') ? true : undefined
    })
  },

  async sync(ctx, spec, live, changed) {
    const RoleName = live.id
    const patient = (act: () => Promise<unknown>) => patiently(ctx, [FRESH_IAM, IAM_BUSY], act)
    if (changed.has('tags')) await patient(() => tagRole(ctx, RoleName, live.address))
    if (changed.has('description')) {
      await patient(() => ctx.iam.updateRole({ RoleName, Description: spec.description }))
    }
    if (changed.has('trust')) {
      const PolicyDocument = JSON.stringify(spec.trust)
      await patient(() => ctx.iam.updateAssumeRolePolicy({ RoleName, PolicyDocument }))
    }
    const steps = [
      ...(changed.has('managedPolicies') ? managedSteps(ctx, spec, live) : []),
      ...(changed.has('inlinePolicies') ? inlineSteps(ctx, spec, live) : []),
    ]
    for (const step of steps) await patient(step)
  },

  async destroy(ctx, live) {
    await patiently(ctx, [IAM_IN_USE, IAM_BUSY], () => unlessGone(deleteRole(ctx, live.id)))
    await until(ctx, { what: 'the role to be gone', every: 2, timeout: role.about.timeout }, async () => {
      const answer = await unlessGone(ctx.iam.getRole({ RoleName: live.id }))
      return answer === undefined ? true : undefined
    })
  },
}

type Act = () => Promise<unknown>

function managedSteps({ iam }: Ctx, spec: RoleSpec, { id: RoleName, spec: have }: Found<RoleSpec, RoleOut>): Act[] {
  const missing = spec.managedPolicies.filter((arn) => !have.managedPolicies.includes(arn))
  const extra = have.managedPolicies.filter((arn) => !spec.managedPolicies.includes(arn))
  return [
    ...missing.map((PolicyArn) => () => iam.attachRolePolicy({ RoleName, PolicyArn })),
    ...extra.map((PolicyArn) => () => unlessGone(iam.detachRolePolicy({ RoleName, PolicyArn }))),
  ]
}

function inlineSteps({ iam }: Ctx, spec: RoleSpec, { id: RoleName, spec: have }: Found<RoleSpec, RoleOut>): Act[] {
  const wrong = Object.entries(spec.inlinePolicies).filter(([name, doc]) => !samePolicy(doc, have.inlinePolicies[name]))
  const extra = Object.keys(have.inlinePolicies).filter((name) => !(name in spec.inlinePolicies))
  return [
    ...wrong.map(
      ([PolicyName, doc]) =>
        () =>
          iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: JSON.stringify(doc) }),
    ),
    ...extra.map((PolicyName) => () => unlessGone(iam.deleteRolePolicy({ RoleName, PolicyName }))),
  ]
}

/**
 * Three calls a role, and one for each inline policy: IAM's listing shows neither tags nor policies, and what does
 * show them all at once lists the roles of the whole account. Gone between two calls is gone.
 */
async function look(ctx: Ctx, id: string, asked: readonly Asked[]): Promise<Found<RoleSpec, RoleOut> | null> {
  const answer = await unlessGone(ctx.iam.getRole({ RoleName: id }))
  if (!answer?.Role) return null
  const { Path: path = '/', Description: description = '', AssumeRolePolicyDocument: trust, Tags } = answer.Role
  const tags = toRecord(Tags)
  const claimed = claimNamed(ctx, { id, name: id, tags }, asked)
  if (!claimed.ours && !askerOf({ id, name: id, tags }, asked)) return null
  const [managed, inline] = await Promise.all([
    unlessGone(all(ctx.iam.paginateListAttachedRolePolicies({ RoleName: id }), (page) => page.AttachedPolicies)),
    unlessGone(inlineOf(ctx, id)),
  ])
  if (!managed || !inline) return null
  const attached = managed.flatMap(({ PolicyArn }) => PolicyArn ?? [])
  const managedPolicies = [...attached, ...(await unknownHere(ctx, attached, wantedOf(id, asked)))].sort()
  const spec = { name: id, path, description, trust: policyFrom(trust), managedPolicies, inlinePolicies: inline }
  return { ...claimed, id, spec, tags, out: { name: id, arn: iamArn(ctx, 'role', path, id) } }
}

const wantedOf = (id: string, asked: readonly Asked[]): readonly string[] =>
  asked.flatMap(({ spec }) => (spec ? [spec as RoleSpec] : [])).find(({ name }) => name === id)?.managedPolicies ?? []

async function inlineOf({ iam }: Ctx, RoleName: string): Promise<Record<string, PolicyDocument>> {
  const names = await all(iam.paginateListRolePolicies({ RoleName }), (page) => page.PolicyNames)
  const documents = await Promise.all(
    names.map(async (PolicyName) => (await iam.getRolePolicy({ RoleName, PolicyName })).PolicyDocument),
  )
  return Object.fromEntries(names.map((name, index) => [name, policyFrom(documents[index])]))
}
