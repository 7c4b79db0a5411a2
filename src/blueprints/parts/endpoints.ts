import type { PolicyStatement } from '../../aws/policy.ts'
import type { Handle, Part } from '../../engine/graph.ts'
import type { RouteTableOut } from '../../resources/ec2/route-table.ts'
import type { VpcOut } from '../../resources/ec2/vpc.ts'
import { vpcEndpoint } from '../../resources/ec2/vpc-endpoint.ts'
import type { Draft } from '../blueprint.ts'

interface Around {
  readonly vpc: Handle<VpcOut>
  readonly tables: readonly Handle<RouteTableOut>[]
}

/** Free ways to S3 and DynamoDB that leave the NAT gateway alone, and that only this account may use. */
export function gatewayEndpoints({ facts }: Draft, net: Part, { vpc, tables }: Around): void {
  const ours: PolicyStatement = {
    ...{ Sid: 'ThisAccount', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' },
    Condition: { StringEquals: { 'aws:PrincipalAccount': facts.account } },
  }
  // Package downloads are anonymous: without this, `dnf` fails behind the endpoint.
  const packages: PolicyStatement = {
    ...{ Sid: 'AmazonLinuxPackages', Effect: 'Allow', Principal: '*', Action: 's3:GetObject' },
    Resource: [`arn:${facts.partition}:s3:::al2023-repos-${facts.region}-de612dc2/*`],
  }
  const add = (service: string, statements: readonly PolicyStatement[]) =>
    net.add(vpcEndpoint, service, {
      vpcId: vpc.ref('id'),
      serviceName: `com.amazonaws.${facts.region}.${service}`,
      routeTableIds: tables.map((table) => table.ref('id')),
      policy: { Version: '2012-10-17', Statement: statements },
    })
  add('s3', [ours, packages])
  add('dynamodb', [ours])
}
