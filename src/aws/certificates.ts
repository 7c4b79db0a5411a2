import type { CertificateDetail } from '@aws-sdk/client-acm'
import type { Health } from '../engine/resource.ts'
import type { Ctx } from './ctx.ts'
import { isDenied, isGone, messageOf } from './failure.ts'
import { isLacking } from './lacking.ts'

const DAY = 86_400_000
/** Days before the end when somebody should know. AWS renews its own certificates 60 days before, so it has failed then. */
const LATE = 14

/** How long a listener's certificate still holds (aws-behaviours.md 3.4). One call a certificate and look. */
export async function certificateHealth(ctx: Ctx, arn: string): Promise<Health> {
  if (arn.split(':')[2] !== 'acm') return { state: 'unknown', detail: 'its certificate is not one of ACM' }
  try {
    const { Certificate } = await ctx.memo(`acm:${arn}`, () => ctx.acm.describeCertificate({ CertificateArn: arn }))
    return judge(Certificate ?? {})
  } catch (error) {
    if (isGone(error)) return { state: 'unhealthy', detail: 'its certificate is gone' }
    if (!isDenied(error) && !isLacking(error)) throw error
    return { state: 'unknown', detail: `its certificate may not be read: ${messageOf(error)}` }
  }
}

function judge({ Status, FailureReason, NotAfter, RenewalSummary }: CertificateDetail): Health {
  const left = NotAfter === undefined ? Number.POSITIVE_INFINITY : (NotAfter.getTime() - Date.now()) / DAY
  const day = NotAfter?.toISOString().slice(0, 10) ?? 'a day that AWS does not say'
  if (left <= 0) return { state: 'unhealthy', detail: `certificate expired on ${day}` }
  if (Status !== 'ISSUED') {
    return { state: 'unhealthy', detail: ['certificate is', Status, FailureReason].filter(Boolean).join(' ') }
  }
  if (left > LATE) return { state: 'healthy', detail: `certificate valid until ${day}` }
  const renewal = RenewalSummary?.RenewalStatus
  const tail = renewal ? `; its renewal is ${renewal}` : ''
  return { state: 'unhealthy', detail: `certificate expires on ${day}, in ${Math.floor(left)} days${tail}` }
}
