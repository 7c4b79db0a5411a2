import { parseManifest } from '../../src/state/manifest-read.ts'
import type { Stack } from '../e2e/support/stack-at.ts'

/** What stands under a key of the stack's state; null: nothing does, or there is no bucket yet. */
async function stored({ raw, account, id }: Stack, name: string): Promise<string | null> {
  try {
    const at = { Bucket: `ecom-infra-state-${account.id}-us-east-1`, Key: `${id}/${name}` }
    return (await (await raw.s3.getObject(at)).Body?.transformToString()) ?? ''
  } catch (error) {
    if (['NoSuchKey', 'NoSuchBucket'].includes((error as Error).name)) return null
    throw error
  }
}

/** The process that holds the lock. */
export async function holderOf(stack: Stack): Promise<number | null> {
  const body = await stored(stack, 'lock.json')
  return body === null ? null : (JSON.parse(body) as { readonly pid: number }).pid
}

/** What is wrong with the manifest. There may be none; what there is has to be whole. */
export async function damageOf(stack: Stack): Promise<readonly string[]> {
  const body = await stored(stack, 'manifest.json')
  const place = { account: stack.account.id, region: 'us-east-1', stack: stack.id, name: 'the manifest' }
  try {
    if (body !== null) parseManifest(body, place)
    return []
  } catch (error) {
    return [String(error)]
  }
}
