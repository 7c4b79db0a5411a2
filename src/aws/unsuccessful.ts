import type { UnsuccessfulItem } from '@aws-sdk/client-ec2'
import { blame } from './rights.ts'

interface Answer {
  readonly Unsuccessful?: readonly UnsuccessfulItem[] | undefined
  readonly $metadata: object
}

/** Throws the refusal that comes inside an answer that looks well, as if the SDK had thrown it (aws-behaviours.md 0.1). */
export function refuseUnsuccessful<A extends Answer>(answer: A, action: string): A {
  const refusal = answer.Unsuccessful?.[0]
  if (!refusal) return answer
  const { Code = 'Unknown', Message = `${action} did not succeed, and AWS gives no reason.` } = refusal.Error ?? {}
  const error = Object.assign(new Error(Message), { name: Code, $metadata: answer.$metadata })
  blame(error, action)
  throw error
}
