import { expect } from 'vitest'
import { toRecord } from '../../../src/aws/ownership.ts'
import { Graph } from '../../../src/engine/graph.ts'
import { accessPoint } from '../../../src/resources/efs/access-point.ts'
import { keepsTheContract } from '../../support/contract.ts'
import { ourTags } from '../ec2/parts.ts'
import { addFiles, filesNamed, retag } from './ground.ts'

const address = 'efs:access-point/products'

keepsTheContract({
  address,
  graph(_world, variant) {
    const graph = new Graph()
    const data = graph.layer('Data')
    data.add(accessPoint, 'products', {
      fileSystemId: addFiles(data).ref('id'),
      path: variant === 'replaced' ? '/goods' : '/products',
      owner: { uid: 1001, gid: 1002, permissions: '0755' },
      posixUser: { uid: 1001, gid: 1002 },
    })
    return graph
  },
  async verify(world, AccessPointId) {
    const { AccessPoints = [] } = await world.raw.efs.describeAccessPoints({ AccessPointId })
    expect(AccessPoints).toMatchObject([
      {
        FileSystemId: await filesNamed(world),
        RootDirectory: {
          Path: '/products',
          CreationInfo: { OwnerUid: 1001, OwnerGid: 1002, Permissions: '0755' },
        },
        PosixUser: { Uid: 1001, Gid: 1002 },
      },
    ])
    expect(toRecord(AccessPoints[0]?.Tags)).toMatchObject(ourTags(world, address))
  },
  drifts: { tags: retag },
  vanish: ({ raw }, AccessPointId) => raw.efs.deleteAccessPoint({ AccessPointId }),
  gone: ({ raw }, AccessPointId) =>
    raw.efs.describeAccessPoints({ AccessPointId }).then(
      () => false,
      () => true,
    ),
  replaced: 'replace',
})
