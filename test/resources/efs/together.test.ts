import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { Graph } from '../../../src/engine/graph.ts'
import type { Plan } from '../../../src/engine/steps.ts'
import { securityGroup } from '../../../src/resources/ec2/security-group.ts'
import { subnet } from '../../../src/resources/ec2/subnet.ts'
import { accessPoint } from '../../../src/resources/efs/access-point.ts'
import { fileSystem } from '../../../src/resources/efs/file-system.ts'
import { fileSystemPolicy } from '../../../src/resources/efs/file-system-policy.ts'
import { mountTarget } from '../../../src/resources/efs/mount-target.ts'
import { Bench, Notebook } from '../../support/contract.ts'
import { startProxy } from '../../support/proxy.ts'
import { addVpc, network } from '../ec2/parts.ts'
import { addFiles } from './ground.ts'

interface Shape {
  readonly zones: readonly string[]
  /** The third part of the first subnet's range. */
  readonly from?: number
  readonly description?: string
}

const actions = ({ steps }: Plan) =>
  Object.fromEntries(steps.filter(({ action }) => action !== 'none').map(({ address, action }) => [address, action]))

/** The shared files as a whole, as the blueprint has them. */
describe('a file system, what leads to it, and who may come', () => {
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let bench: Bench
  const notebook = new Notebook()
  beforeAll(async () => {
    process.env.ECOM_INFRA_PACE = '0.02'
    const random = String(100_000_000_000 + Math.floor(Math.random() * 800_000_000_000))
    const account = process.env.ECOM_INFRA_TEST_ENDPOINT ? '123456789012' : random
    proxy = await startProxy({ target: inject('emulatorUrl'), account })
    bench = new Bench(proxy.url, account)
  })
  afterAll(() => proxy.close())

  const shared = ({ zones, from = 0, description = 'files' }: Shape): Graph => {
    const { graph, part } = network()
    const inside = addVpc(part)
    const group = part.add(securityGroup, 'files', {
      ...{ name: `${bench.world.stack}-files`, description, vpcId: inside.ref('id'), ingress: [], egress: [] },
    })
    const files = addFiles(part)
    const fileSystemId = files.ref('id')
    part.add(fileSystemPolicy, 'files', {
      fileSystemId,
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: '*', Resource: files.ref('arn') }],
      },
    })
    part.add(accessPoint, 'products', {
      ...{ fileSystemId, path: '/products', posixUser: { uid: 48, gid: 48 } },
      owner: { uid: 48, gid: 48, permissions: '0755' },
    })
    for (const [index, zone] of zones.entries()) {
      const room = part.add(subnet, `private-${zone}`, {
        ...{ vpcId: inside.ref('id'), cidrBlock: `10.20.${from + index}.0/24`, mapPublicIpOnLaunch: false },
        zone: `us-east-1${zone}`,
      })
      part.add(mountTarget, zone, { fileSystemId, subnetId: room.ref('id'), securityGroupIds: [group.ref('id')] })
    }
    return graph
  }
  const callsOf = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = bench.calls.length
    await act()
    return bench.calls.slice(before).map(({ service, operation }) => `${service}:${operation}`)
  }
  const inOrder = (calls: readonly string[], ...names: readonly string[]) => {
    const places = names.map((name) => calls.indexOf(name))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
  }

  test.each([[['a', 'b']], [['a', 'b', 'c', 'd']]])('a look costs seven calls, with zones %j', async (zones) => {
    await bench.apply(shared({ zones }), notebook)
    const calls = await callsOf(async () => expect(actions(await bench.plan(shared({ zones }), notebook))).toEqual({}))
    const ours = calls.filter((call) => call.startsWith('efs:') || call === 'ec2:DescribeNetworkInterfaces')
    expect(ours.toSorted()).toEqual([
      'ec2:DescribeNetworkInterfaces',
      ...['efs:DescribeAccessPoints', 'efs:DescribeBackupPolicy', 'efs:DescribeFileSystemPolicy'],
      ...['efs:DescribeFileSystems', 'efs:DescribeLifecycleConfiguration', 'efs:DescribeMountTargets'],
    ])
  })

  test('nobody has written to it, and that is known: a teardown loses nothing', async () => {
    const { steps } = await bench.plan(network().graph, notebook, shared({ zones: ['a', 'b'] }))
    const live = steps.find(({ address }) => address === 'efs:file-system/files')?.live
    expect(await fileSystem.farewell?.(bench.world.ctx, live as never)).toEqual({ blockers: [], losses: [] })
    expect(bench.calls.at(-1)).toMatchObject({ operation: 'GetMetricStatistics', code: null })
  })

  test('fewer zones: what is no longer wanted goes, its subnet after it', async () => {
    const wanted = () => shared({ zones: ['a', 'b'] })
    const calls = await callsOf(() => bench.apply(wanted(), notebook))
    inOrder(calls, 'efs:DeleteMountTarget', 'ec2:DeleteSubnet')
    expect(actions(await bench.plan(wanted(), notebook))).toEqual({})
  })

  test('a stranger adds one where we want none: it is seen, and goes', async () => {
    const { raw } = bench.world
    const wanted = () => shared({ zones: ['a'] })
    const [FileSystemId, SubnetId] = ['efs:file-system/files', 'ec2:subnet/private-b'].map(
      (address) => notebook.resources.get(address as 'a/b')?.id,
    )
    await raw.efs.deleteMountTarget({ MountTargetId: notebook.resources.get('efs:mount-target/b')?.id })
    // AWS takes a moment to give the zone free.
    const { MountTargetId } = await vi.waitFor(() => raw.efs.createMountTarget({ FileSystemId, SubnetId }), 10_000)
    expect(actions(await bench.plan(wanted(), notebook))).toEqual({
      [`unknown/${MountTargetId}`]: 'delete',
      'ec2:subnet/private-b': 'delete',
    })
    await bench.apply(wanted(), notebook)
    expect(actions(await bench.plan(wanted(), notebook))).toEqual({})
  })

  test('another group: the new one first, then the target moves, then the old one goes', async () => {
    const wanted = () => shared({ zones: ['a'], description: 'other' })
    const calls = await callsOf(() => bench.apply(wanted(), notebook))
    inOrder(calls, 'ec2:CreateSecurityGroup', 'efs:ModifyMountTargetSecurityGroups', 'ec2:DeleteSecurityGroup')
    expect(calls).not.toContain('efs:DeleteMountTarget')
  })

  test('another subnet in the same zone: the target goes first, for a zone has room for one', async () => {
    const wanted = () => shared({ zones: ['a'], from: 9, description: 'other' })
    const calls = await callsOf(() => bench.apply(wanted(), notebook))
    inOrder(calls, 'efs:DeleteMountTarget', 'ec2:DeleteSubnet', 'ec2:CreateSubnet', 'efs:CreateMountTarget')
    expect(actions(await bench.plan(wanted(), notebook))).toEqual({})
  })

  test('everything goes, without a manifest: the file system after its targets', async () => {
    const asked = () => shared({ zones: ['a'], from: 9, description: 'other' })
    const calls = await callsOf(() => bench.apply(network().graph, new Notebook(), asked()))
    inOrder(calls, 'efs:DeleteMountTarget', 'efs:DeleteFileSystem')
    inOrder(calls, 'efs:DeleteAccessPoint', 'efs:DeleteFileSystem')
    inOrder(calls, 'efs:DeleteMountTarget', 'ec2:DeleteSecurityGroup')
    expect(actions(await bench.plan(network().graph, new Notebook(), asked()))).toEqual({})
  })

  test('what a dead run made with its announced token is taken up, though it has no tags', async () => {
    const { graph, part } = network()
    addFiles(part)
    const mine = new Notebook()
    await mine.announce([{ address: 'efs:file-system/files', token: 'announced' }])
    const made = await bench.world.raw.efs.createFileSystem({ CreationToken: 'announced', Encrypted: true })
    await bench.apply(graph, mine)
    expect(mine.resources.get('efs:file-system/files')?.id).toBe(made.FileSystemId)
    expect((await bench.world.raw.efs.describeFileSystems({})).FileSystems).toHaveLength(1)
    await bench.apply(network().graph, mine)
  })
})
