/** An object as it is stored. Times are milliseconds by the store's clock, never by ours. */
export interface Item {
  readonly body: string
  readonly etag: string
  /** When it was last written. */
  readonly lastModified: number
  /** When it was read. */
  readonly date: number
}

export interface Written {
  readonly etag: string
  readonly date: number
}

export interface Listed {
  readonly key: string
  readonly etag: string
  readonly lastModified: number
}

/** What must hold for a write to happen: nothing there, this version there; null: nothing. */
export type Condition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string } | null

/** Small objects with conditional writes. Anything else that goes wrong is thrown. */
export interface StateStore {
  /** Names an object in messages: `s3://bucket/key`. */
  nameOf(key: string): string
  /** Null: there is no such object, or no bucket yet. */
  get(key: string): Promise<Item | null>
  /** Null: the condition did not hold. The signal gives up waiting; the write may still happen. */
  put(key: string, body: string, condition: Condition, signal?: AbortSignal): Promise<Written | null>
  /** False: the condition did not hold. Without a condition, an object that was gone already is a success. */
  delete(key: string, ifMatch?: string): Promise<boolean>
  list(prefix: string): Promise<readonly Listed[]>
}
