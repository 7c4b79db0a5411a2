import type { CleanCall } from './trial.ts'

type Seen = Pick<CleanCall, 'service' | 'action' | 'path' | 'form'>

/** What is done to which kind of thing, without any id: calls that do the same in two accounts are called the same. */
export function operationOf(call: Seen): string {
  if (call.service === 's3') return `s3:${call.action} ${storedIn(call.path)}`
  if (call.service === 'elasticfilesystem') return `efs:${call.action.replace('/2015-02-01', '').replace(IDS, '-…')}`
  return [`${call.service}:${call.action}`, targetIn(call.form)].join(' ').trimEnd()
}

/** The operations of some calls that change something, each once. */
export const operationsIn = (calls: readonly CleanCall[]): readonly string[] =>
  [...new Set(calls.filter(({ mutating }) => mutating).map(operationOf))].sort()

const IDS = /-[0-9a-f]{8,}/g

/** Of the state's objects each kind is another thing; buckets are told by what they are for. */
function storedIn(path: string): string {
  const { pathname } = new URL(path, 'http://s3')
  const [bucket = '', , ...key] = pathname.slice(1).split('/')
  const kind = bucket.startsWith('ecom-infra-state-') ? 'state bucket' : bucket.replace(/-\d{12}-.*$/, '')
  return key.length === 0 ? kind : `${kind}: ${key[0]}`
}

/** One operation that takes things of several kinds names the one by its id or its ARN. */
function targetIn(form: Seen['form']): string {
  const named =
    Object.entries(form).find(([key]) => /^Resource(Id|Name|Arn|Arns)(\.member)?(\.1)?$/.test(key))?.[1] ?? ''
  const [resource = ''] = named.startsWith('arn:') ? [named.split(':').slice(5).join(':')] : [named]
  return resource.split(/[-:/]/)[0] ?? ''
}

/** Where the manifest is written, or removed. */
export const isManifestWrite = (call: Seen): boolean =>
  /^s3:(PutObject|DeleteObject) .*: manifest\.json$/.test(operationOf(call))

/** A run's last word: nothing of it is written afterwards. */
export const isUnlock = (call: Seen): boolean => /^s3:DeleteObject .*: lock\.json$/.test(operationOf(call))
