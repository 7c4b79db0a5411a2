import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configJsonSchema, configJsonSchemaText } from '../../src/config/schema-json.ts'
import { aboutAt, allowedAt, fieldsAt } from '../../src/config/walk.ts'

const FILE = join(import.meta.dirname, '../../schema/ecom-infra.schema.json')

test('the file in the repository is the one that the definition makes (else: node scripts/schema.ts)', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(configJsonSchemaText())
})

test('only four fields are required, nothing else may stand there, and an editor can explain and complete', () => {
  expect(configJsonSchema()).toMatchObject({
    required: ['name', 'environment', 'region', 'blueprint'],
    additionalProperties: false,
    properties: {
      tags: { maxProperties: 40 },
      access: { properties: { sshCidrs: { default: [], maxItems: 16 } } },
      web: {
        description: 'the web servers',
        additionalProperties: false,
        properties: {
          placement: { enum: ['public', 'private'], default: 'public' },
          minSize: {
            type: 'integer',
            minimum: 1,
            maximum: 100,
            default: 1,
            description: 'never fewer web servers. Allowed: 1 to 100',
          },
        },
      },
    },
  })
})

test('every field says what it is for and what it may be', () => {
  const sections = fieldsAt([]).map((field) => [field])
  const fields = sections.flatMap((path) => [path, ...fieldsAt(path).map((field) => [...path, field])])
  expect(fields.filter((path) => aboutAt(path) === '' || allowedAt(path) === '')).toEqual([])
})
