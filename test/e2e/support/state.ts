import type { Stack } from './stack.ts'

/** The stored state of a stack, as a stranger reads and writes it. */
export interface Kept {
  manifest(): Promise<string | null>
  /** Puts a manifest in its place; null: takes it away. */
  put(body: string | null): Promise<void>
  /** What is kept of manifests that could not be used. */
  copies(): Promise<readonly string[]>
  locked(): Promise<boolean>
  keys(prefix?: string): Promise<readonly string[]>
}

export function stateOf({ raw: { s3 }, account, id }: Stack): Kept {
  const Bucket = `ecom-infra-state-${account.id}-us-east-1`
  const Key = `${id}/manifest.json`
  const keys = async (Prefix = `${id}/`): Promise<readonly string[]> => {
    const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix })
    return Contents.flatMap((item) => item.Key ?? [])
  }
  const read = async (key: string) => (await s3.getObject({ Bucket, Key: key })).Body?.transformToString() ?? ''
  return {
    manifest: async () => ((await keys()).includes(Key) ? read(Key) : null),
    put: async (Body) => {
      if (Body === null) await s3.deleteObject({ Bucket, Key })
      else await s3.putObject({ Bucket, Key, Body })
    },
    copies: async () => Promise.all((await keys(`${id}/damaged/`)).map(read)),
    locked: async () => (await keys()).includes(`${id}/lock.json`),
    keys,
  }
}
