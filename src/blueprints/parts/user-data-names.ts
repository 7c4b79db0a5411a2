import { hole } from '../../engine/fill.ts'
import type { Ref } from '../../engine/ref.ts'
import { put, quote } from './user-data-shell.ts'

/**
 * What a web server works with: names and addresses, no secret. They come into the script when they are known, so
 * nothing can quote them then: each is safe between single quotes by what AWS lets it be made of (letters, digits and
 * `-_.:/!`), and so may not stand anywhere else.
 */
export interface Names {
  /** Of the sessions' table. */
  readonly table: Ref<string> | string
  /** Of the static files. */
  readonly bucket: Ref<string> | string
  /** The ARN of the database's secret. Its value is fetched by whoever needs it, and stands nowhere. */
  readonly secret: Ref<string> | string
  readonly databaseHost: Ref<string> | string
  readonly databasePort: Ref<string> | string
  readonly databaseName: Ref<string> | string
  /** The id of the shared files, `fs-…`. */
  readonly fileSystem: Ref<string> | string
  /** The id of the way into them, `fsap-…`. */
  readonly accessPoint: Ref<string> | string
}

/** Where systemd and shells find the names. */
export const ENV_FILE = '/etc/ecom-infra.env'

/** Where the shared files are. */
export const IMAGES = '/var/www/images'

/** A name where the script needs it, in quotes. */
export const named = (name: keyof Names): string => `'${hole(name)}'`

/**
 * Writes the names down, for systemd (`EnvironmentFile=`) and for shells (`set -a; . /etc/ecom-infra.env`), whose common
 * language has single quotes. The region is there under both of its names: SDKs read the one, older programs the other.
 */
export function writeNames(place: { readonly stack: string; readonly region: string }): string {
  const values: Readonly<Record<string, string>> = {
    ECOM_INFRA_STACK: quote(place.stack),
    AWS_REGION: quote(place.region),
    AWS_DEFAULT_REGION: quote(place.region),
    SESSIONS_TABLE: named('table'),
    ASSETS_BUCKET: named('bucket'),
    DATABASE_SECRET_ARN: named('secret'),
    DATABASE_HOST: named('databaseHost'),
    DATABASE_PORT: named('databasePort'),
    DATABASE_NAME: named('databaseName'),
    FILES_ID: named('fileSystem'),
    FILES_ACCESS_POINT_ID: named('accessPoint'),
    FILES_DIR: quote(IMAGES),
  }
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`)
  return `names() {
  step 'write the names of what the stack has'
  ${put(ENV_FILE, ['# Written by ecom-infra: names and addresses, no secrets.', ...lines].join('\n'))}
}
`
}
