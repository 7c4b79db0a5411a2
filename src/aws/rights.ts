import { messageOf } from './failure.ts'

const actions = new WeakMap<object, string>()

/** Remembers which AWS operation an error came from: the SDK's errors do not say. The first word counts. */
export function blame(error: unknown, action: string): void {
  if (typeof error === 'object' && error !== null && !actions.has(error)) actions.set(error, action)
}

/** For example `ec2:CreateVpc`. */
export const operationOf = (error: unknown): string | undefined => actions.get(Object(error))

/** How AWS says who may not do what: who, the action, the resource. */
export const DENIAL = /User: (\S+) is not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+?)(?=[.,]?(?:\s|$)))?/

/** Where the name of the operation is not the name that a policy allows. */
const IAM: readonly (readonly [RegExp, string])[] = [
  [/^s3:(HeadBucket|ListObjectsV2)$/, 's3:ListBucket'],
  [/^s3:HeadObject$/, 's3:GetObject'],
  [/^s3:ListBuckets$/, 's3:ListAllMyBuckets'],
]

/** The action that a policy would have to allow: the one that AWS names, else that of the operation. */
export const rightFor = (message: string, operation: string | undefined): string | undefined =>
  DENIAL.exec(message)?.[2] ?? (operation && IAM.reduce((name, [from, to]) => name.replace(from, to), operation))

/** What a refusal says was lacking. */
export const rightOf = (error: unknown): string =>
  rightFor(messageOf(error), operationOf(error)) ?? 'an action that AWS does not name'
