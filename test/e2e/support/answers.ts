import type { Answer, Call } from '../../support/proxy.ts'
import { refusal } from '../../support/refusal.ts'

export { expired, refusal } from '../../support/refusal.ts'

/** One action is refused, and everything else goes its way. */
export const without =
  (service: string, action: string) =>
  (call: Call): Answer | 'forward' =>
    call.service === service && call.action === action
      ? refusal(call, 403, 'UnauthorizedOperation', `User: ${USER} is not authorized to perform: ${service}:${action}`)
      : 'forward'

const USER = 'arn:aws:iam::123456789012:user/deployer'
