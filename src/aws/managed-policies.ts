import type { Ctx } from './ctx.ts'

/** Whether an endpoint has AWS's own policies at all, asked once for each client. */
const answers = new WeakMap<object, Promise<boolean>>()

/**
 * Those of `wanted` that are AWS's own and that this endpoint cannot have: stock moto has none unless it is told to.
 * AWS has them all, so there the answer is always none. Asked only when one seems to be missing.
 */
export async function unknownHere(
  ctx: Ctx,
  attached: readonly string[],
  wanted: readonly string[],
): Promise<readonly string[]> {
  const missing = wanted.filter((arn) => !attached.includes(arn))
  const theirs = missing.filter((arn) => /^arn:[^:]*:iam::aws:policy\//.test(arn))
  if (theirs.length === 0 || (await hasThem(ctx))) return []
  return theirs
}

function hasThem(ctx: Ctx): Promise<boolean> {
  const known = answers.get(ctx.iam)
  if (known) return known
  const answer = ctx.iam.listPolicies({ Scope: 'AWS', MaxItems: 1 }).then(({ Policies = [] }) => {
    if (Policies.length === 0)
      ctx.note("this endpoint has none of AWS's own policies: whether they are attached stays unknown")
    return Policies.length > 0
  })
  answers.set(ctx.iam, answer)
  answer.catch(() => answers.delete(ctx.iam))
  return answer
}
