import type { Handle } from '../../engine/graph.ts'
import type { TableOut } from '../../resources/dynamodb/table.ts'
import type { DbInstanceOut } from '../../resources/rds/instance.ts'
import type { BucketOut } from '../../resources/s3/bucket.ts'
import type { Files } from './files.ts'

/** What the web servers serve from, and keep things in. */
export interface Stores {
  readonly bucket: Handle<BucketOut>
  readonly table: Handle<TableOut>
  readonly database: Handle<DbInstanceOut>
  readonly files: Files
}
