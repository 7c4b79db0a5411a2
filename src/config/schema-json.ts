import { z } from 'zod'
import { limits } from './fields.ts'
import { configSchema } from './schema.ts'

/** The JSON schema that editors check a config with, from the same definition as everything else. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const limit = zodSchema instanceof z.ZodType ? limits.get(zodSchema) : undefined
      if (limit !== undefined) jsonSchema.description = `${jsonSchema.description ?? ''}. Allowed: ${limit.allowed}`
    },
  })
  return { title: 'The config of an ecom-infra stack', ...schema }
}

/** The file's exact text, so that a test can hold it against the definition. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`
}
