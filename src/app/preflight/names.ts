import type { Plan, Step } from '../../engine/steps.ts'

const isTaken = ({ type, action, live }: Step): boolean =>
  type.type === 's3:bucket' && action === 'blocked' && live?.ours === false

/**
 * Names of buckets are one world for all accounts. The look has asked for each by its name already, so that one that
 * somebody else has is blocked in the plan: here it is told which fields make another name.
 */
export const namingFields = (plan: Plan): Plan => ({
  ...plan,
  steps: plan.steps.map((step) =>
    isTaken(step)
      ? { ...step, reason: `${step.reason}; another \`name\` or \`environment\` makes another name` }
      : step,
  ),
})
