import { expect } from 'vitest'
import type { CliOptions } from '../../support/run-cli.ts'
import type { Stack } from './stack.ts'

interface ErrorDocument {
  readonly schema: string
  readonly code: string
  readonly message: string
  readonly hint: string | null
  readonly address: string | null
  readonly awsCode: string | null
  readonly requestId: string | null
  readonly problems?: readonly { readonly field: string; readonly line: number }[]
}

/** Runs a command that has to fail, in time, with an error that says what to do. */
export async function failing(
  stack: Stack,
  args: readonly string[],
  code: number,
  options: CliOptions = {},
): Promise<ErrorDocument> {
  stack.account.proxy.reset()
  const began = Date.now()
  const result = await stack.run([...args, '--json'], { timeoutMs: 30_000, ...options })
  expect(result.code, result.stdout + result.stderr).toBe(code)
  expect(Date.now() - began).toBeLessThan(15_000)
  const document = result.json<ErrorDocument>()
  expect(document).toMatchObject({
    schema: 'ecom-infra/error/1',
    code: expect.any(String),
    message: expect.any(String),
  })
  for (const field of ['address', 'awsCode', 'requestId', 'hint']) expect(document).toHaveProperty(field)
  return document
}
