/** Writes the JSON schema of the config from its definition. Run it after a change in src/config; a test notices when you forget. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchemaText } from '../src/config/schema-json.ts'

const dir = join(import.meta.dirname, '..', 'schema')
mkdirSync(dir, { recursive: true })
writeFileSync(join(dir, 'ecom-infra.schema.json'), configJsonSchemaText())
