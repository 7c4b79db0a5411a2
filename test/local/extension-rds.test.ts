import { EC2 } from '@aws-sdk/client-ec2'
import { RDS } from '@aws-sdk/client-rds'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
let rds: RDS
const GROUP = { DBSubnetGroupName: 'main', DBSubnetGroupDescription: 'x' }
const PARAMETERS = { DBParameterGroupName: 'main-pg', DBParameterGroupFamily: 'postgres16', Description: 'x' }

beforeAll(async () => {
  account = await freshAccount()
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  const settings = { endpoint: account.url, region: 'us-east-1', credentials }
  const ec2 = new EC2(settings)
  const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc?.VpcId
  const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' })
  rds = new RDS(settings)
  await rds.createDBSubnetGroup({ ...GROUP, SubnetIds: [Subnet?.SubnetId ?? ''] })
  await rds.createDBParameterGroup(PARAMETERS)
  const common = { Engine: 'postgres', DBInstanceClass: 'db.t3.micro', AllocatedStorage: 20, MasterUsername: 'me' }
  const more = { DBSubnetGroupName: 'main', DBParameterGroupName: 'main-pg', ManageMasterUserPassword: true }
  await rds.createDBInstance({ ...common, ...more, EngineVersion: '16', DBInstanceIdentifier: 'one' })
  await rds.createDBInstance({ ...common, ...more, EngineVersion: '16.4', DBInstanceIdentifier: 'two' })
})
afterAll(() => account.close())

test('what a database uses is not deleted, and a name that is taken not given again', async () => {
  await expect(rds.deleteDBSubnetGroup({ DBSubnetGroupName: 'main' })).rejects.toMatchObject({
    name: 'InvalidDBSubnetGroupStateFault',
  })
  await expect(rds.deleteDBParameterGroup({ DBParameterGroupName: 'main-pg' })).rejects.toMatchObject({
    name: 'InvalidDBParameterGroupStateFault',
  })
  await expect(rds.createDBSubnetGroup({ ...GROUP, SubnetIds: [] })).rejects.toMatchObject({
    name: 'DBSubnetGroupAlreadyExistsFault',
  })
})

test('a bare major version becomes a real one; each database has an id of its own', async () => {
  const { DBInstances = [] } = await rds.describeDBInstances({})
  expect(DBInstances.map(({ EngineVersion }) => EngineVersion)).toEqual(['16.8', '16.4'])
  expect(new Set(DBInstances.map(({ DbiResourceId }) => DbiResourceId)).size).toBe(2)
})
