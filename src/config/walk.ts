import { z } from 'zod'
import { limits } from './fields.ts'
import type { Path } from './finding.ts'
import { configSchema } from './schema.ts'

/** The definition at a path, without its default and its null; undefined for a field that does not exist. */
function schemaAt(path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((at, key) => (at === undefined ? undefined : child(at, key)), configSchema)
}

/** What the field at this path may hold, in words; a section answers with its fields. */
export function allowedAt(path: Path): string {
  const schema = schemaAt(path)
  if (schema === undefined) return ''
  return limits.get(schema)?.allowed ?? `a mapping of ${fieldsAt(path).join(', ')}`
}

/** The names of the fields of a section; none for a field. */
export function fieldsAt(path: Path): readonly string[] {
  const schema = schemaAt(path)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** Full names of all the fields that end in this word, to help who has the right word in the wrong section. */
export function elsewhere(word: string): readonly string[] {
  return fieldsAt([]).flatMap((section) =>
    fieldsAt([section]).includes(word) ? [`${section}.${word}`] : section === word ? [word] : [],
  )
}

/** The one line that explains a field. */
export function aboutAt(path: Path): string {
  return schemaAt(path)?.description ?? ''
}

function child(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return bare(Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined)
  if (schema instanceof z.ZodArray) return bare(schema.element)
  return schema instanceof z.ZodRecord ? bare(schema.valueType) : undefined
}

function bare(schema: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable)
    return bare(schema.def.innerType)
  return schema instanceof z.ZodType ? schema : undefined
}
