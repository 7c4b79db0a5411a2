import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { EFSClient } from '@aws-sdk/client-efs'
import { beforeEach, expect, test } from 'vitest'
import type { Found } from '../../../src/engine/resource.ts'
import { type FileSystemOut, type FileSystemSpec, fileSystem } from '../../../src/resources/efs/file-system.ts'
import { fakeCtx } from '../../support/fake-ctx.ts'
import { fail, scripted } from '../../support/scripted.ts'
import { FILES } from './ground.ts'

const KIB = 1024
const DAY = 86_400_000
const live: Found<FileSystemSpec, FileSystemOut> = {
  ...{ address: 'efs:file-system/files', id: 'fs-1', ours: true, tags: {}, spec: FILES },
  out: { id: 'fs-1', arn: 'arn:fs-1' },
}
const efs = scripted(EFSClient)
const cloudwatch = scripted(CloudWatchClient)
beforeEach(() => cloudwatch.answers({}))

interface Scene {
  readonly size?: number
  readonly paths?: readonly string[]
  readonly age?: number
}

function standing({ size, paths = [], age = DAY }: Scene): void {
  const SizeInBytes = size === undefined ? {} : { SizeInBytes: { Value: size } }
  efs.answers({
    DescribeFileSystems: () => ({
      FileSystems: [{ FileSystemId: 'fs-1', CreationTime: new Date(Date.now() - age), ...SizeInBytes }],
    }),
    DescribeAccessPoints: () => ({
      AccessPoints: [
        ...paths.map((Path) => ({ FileSystemId: 'fs-1', RootDirectory: { Path } })),
        { FileSystemId: 'fs-2', RootDirectory: { Path: '/elsewhere' } },
      ],
    }),
  })
}

const written = (...sums: number[]) =>
  cloudwatch.answers({ GetMetricStatistics: () => ({ Datapoints: sums.map((Sum) => ({ Sum })) }) })
const losses = async () => (await fileSystem.farewell?.(fakeCtx(), live))?.losses

test.each<[string, Scene]>([
  ['as moto measures it', { size: 0 }],
  ['nothing but its root', { size: 6 * KIB }],
  ['the directory that its access point has made', { size: 12 * KIB, paths: ['/products'] }],
  ['directories below each other, of two access points', { size: 24 * KIB, paths: ['/a/b', '/a/c/'] }],
  ['an access point to its root', { size: 6 * KIB, paths: ['/'] }],
])('nobody has written to it: nothing is lost (%s)', async (_, scene) => {
  standing(scene)
  expect(await losses()).toEqual([])
})

test.each<[Scene, string]>([
  [{ size: 12 * KIB }, '12 KiB'],
  [{ size: 18 * KIB, paths: ['/products'] }, '18 KiB'],
  [{ size: 12 * KIB, paths: ['/'] }, '12 KiB'],
  [{ size: 3.4 * KIB ** 3, paths: ['/products'] }, '3.4 GiB'],
])('something stands on it, with its size', async (scene, size) => {
  standing(scene)
  expect(await losses()).toEqual([`file system fs-1 with ${size} on it`])
})

test('what was written since it was measured is not overlooked', async () => {
  standing({ size: 6 * KIB, paths: ['/products'] })
  written(0, 1024, 1024)
  expect(await losses()).toEqual(['file system fs-1 that 2 KiB were written to (not measured yet, or deleted since)'])
})

test('asks for its whole life, and for no more than CloudWatch remembers', async () => {
  for (const age of [2 * DAY, 900 * DAY]) {
    standing({ size: 0, age })
    await losses()
    const [input] = cloudwatch.inputsOf('GetMetricStatistics').slice(-1)
    const from = input?.StartTime as Date
    expect(Math.round((Date.now() - from.getTime()) / DAY)).toBe(Math.min(age / DAY, 455))
    expect(input).toMatchObject({
      ...{ Namespace: 'AWS/EFS', MetricName: 'DataWriteIOBytes', Statistics: ['Sum'] },
      Dimensions: [{ Name: 'FileSystemId', Value: 'fs-1' }],
    })
  }
})

test('what cannot be known is no reason to delete it', async () => {
  standing({})
  expect(await losses()).toEqual(['file system fs-1 whose content is unknown (AWS has not measured it yet)'])
  standing({ size: 6 * KIB })
  cloudwatch.answers({ GetMetricStatistics: () => fail('AccessDenied', 'no', 403) })
  expect(await losses()).toEqual([expect.stringContaining('whose content is unknown (AccessDenied')])
})

test('an emulator without the metric measures no size either', async () => {
  standing({ size: 0 })
  cloudwatch.answers({ GetMetricStatistics: () => fail('NotImplemented', 'none', 501) })
  expect(await losses()).toEqual([])
})

test('one that is gone has nothing to lose', async () => {
  efs.answers({ DescribeFileSystems: () => fail('FileSystemNotFound', 'gone', 404) })
  expect(await losses()).toEqual([])
})
