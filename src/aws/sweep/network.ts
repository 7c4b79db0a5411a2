import { type Finder, finderOf } from './finder.ts'
import * as kinds from './kinds.ts'

export const NETWORK: readonly Finder[] = [
  ...[finderOf(kinds.vpcs), finderOf(kinds.subnets), finderOf(kinds.gateways), finderOf(kinds.nats)],
  ...[finderOf(kinds.addresses), finderOf(kinds.routeTables), finderOf(kinds.acls), finderOf(kinds.groups)],
  ...[finderOf(kinds.endpoints), finderOf(kinds.flowLogs), finderOf(kinds.interfaces)],
]
