import { codeOf, messageOf, statusOf } from './failure.ts'

/**
 * An emulator that does not have the operation: 501, or moto's page of HTML with a 500, which the SDK cannot parse.
 * AWS never answers like that. Asked only where stock moto is known to lack the operation.
 */
export const isLacking = (error: unknown): boolean =>
  statusOf(error) === 501 ||
  codeOf(error) === 'NotImplemented' ||
  (statusOf(error) === 500 && /parse error|Unexpected token/i.test(messageOf(error)))
