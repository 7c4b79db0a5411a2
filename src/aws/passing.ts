import type { Passing } from './wait.ts'

/** The EC2 codes of a thing that was made a moment ago and is not seen everywhere yet (aws-behaviours.md 0.4). */
export const FRESH_EC2: Passing = {
  codes: [
    'InvalidVpcID.NotFound',
    'InvalidSubnetID.NotFound',
    'InvalidSubnetId.NotFound',
    'InvalidGroup.NotFound',
    'InvalidSecurityGroupID.NotFound',
    'InvalidInternetGatewayID.NotFound',
    'InvalidGatewayID.NotFound',
    'InvalidAllocationID.NotFound',
    'InvalidRouteTableID.NotFound',
    'InvalidRouteTableId.NotFound',
    'InvalidNetworkAclID.NotFound',
    'InvalidAssociationID.NotFound',
    'InvalidVpcEndpoint.NotFound',
    'InvalidVpcEndpointId.NotFound',
    'NatGatewayNotFound',
    'InvalidNatGatewayID.NotFound',
    'InvalidLaunchTemplateId.NotFound',
  ],
  seconds: 300,
  what: 'a new resource to be known everywhere in EC2',
}

/** Something still uses it: AWS takes network interfaces away minutes after their owner (aws-behaviours.md 1.1, 1.2, 1.8). */
export const IN_USE: Passing = {
  codes: ['DependencyViolation', 'InvalidGroup.InUse', 'ResourceInUse', 'InvalidIPAddress.InUse'],
  seconds: 1_200,
  what: 'what still uses it to be gone',
}

/** A new role or instance profile that other services do not know yet (aws-behaviours.md 6.1). */
export const FRESH_IAM: Passing = {
  codes: [
    'InvalidParameterValue',
    'Validation',
    'MalformedPolicyDocument',
    'MalformedPolicy',
    'NoSuchEntity',
    'InvalidParameter',
  ],
  says: [
    'invalid iam instance profile',
    'no associated iam roles',
    'cannot be assumed',
    'unable to assume',
    'invalid principal',
    'is not authorized to perform',
    'does not have permissions',
    'role with name',
    'instance profile',
  ],
  seconds: 120,
  what: 'the new role to be known everywhere',
}
