import type { Answer, Call, Heard, Interceptor } from '../proxy.ts'

/** Something that AWS does and the emulator does not: told by what passes, and put into the answers. */
export interface Weather {
  /** An answer in AWS's place; null: AWS shall answer. */
  before?(call: Call): Answer | null
  /** AWS's answer as the client is to hear it. */
  after?(call: Call, answer: Heard): Heard | Promise<Heard>
}

/** Services whose answers are text and may be changed. S3 is consistent, and CloudWatch may speak CBOR. */
const CHANGED = new Set([
  ...['ec2', 'iam', 'rds', 'elasticloadbalancing', 'autoscaling', 'elasticfilesystem', 'dynamodb', 'kms'],
])

/** All of it at once. The first refusal counts; what AWS answers goes through all of them. */
export function under(...all: readonly Weather[]): Interceptor {
  return (call) => {
    for (const one of all) {
      const refused = one.before?.(call) ?? null
      if (refused !== null) return refused
    }
    if (!CHANGED.has(call.service)) return 'forward'
    return {
      rewrite: async (answer) => {
        let now = answer
        for (const one of all) now = (await one.after?.(call, now)) ?? now
        return now
      },
    }
  }
}
