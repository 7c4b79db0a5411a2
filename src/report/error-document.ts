import type { Problem } from '../engine/errors.ts'
import { failureOf } from './failure.ts'
import type { Failure } from './types.ts'

/** Any command's `--json` when it failed. */
interface ErrorDocument extends Failure {
  readonly schema: 'ecom-infra/error/1'
  /** Of a config: everything that is wrong with it, one by one. */
  readonly problems?: readonly unknown[]
}

export function errorDocument(problem: Problem): ErrorDocument {
  const { code, message, address, awsCode, requestId, hint, action, awsMessage } = failureOf(problem)
  return {
    schema: 'ecom-infra/error/1',
    ...{ code, message, address, awsCode, requestId, hint, action, awsMessage },
    ...('problems' in problem && Array.isArray(problem.problems) ? { problems: problem.problems } : {}),
  }
}
