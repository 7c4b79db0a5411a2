const READS = /^(Describe|Get|List|Head|Lookup|Search|Simulate|Select|Test|Validate|Scan|Query|BatchGet|Filter|Decode)/

/** Whether an operation changes something, told by AWS's own naming of operations. */
export const isMutating = (operation: string): boolean => !READS.test(operation)

/**
 * Creations that AWS cannot recognise when they come twice: no token, no natural key (aws-behaviours.md 0.5).
 * When their answer is lost, only a look can tell.
 */
const BLIND = new Set(['ec2:CreateVpc', 'ec2:CreateInternetGateway', 'ec2:AllocateAddress'])

export const isBlind = (service: string, operation: string): boolean => BLIND.has(`${service}:${operation}`)
