import { at, type Raw } from './raw.ts'

/** What EC2 takes for "of the stack of these tests". */
export const OURS = [{ Name: 'tag:ecom-infra:stack', Values: ['shop-dev'] }]

/** The subnets of these names, in this order. */
export async function subnetIds({ ec2 }: Raw, names: readonly string[]): Promise<string[]> {
  const { Subnets } = await ec2.describeSubnets({ Filters: OURS })
  return names.map((name) => at(Subnets, `ec2:subnet/${name}`).SubnetId ?? '')
}
