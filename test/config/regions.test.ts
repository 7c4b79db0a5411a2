import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REGIONS, regionOf } from '../../src/config/regions.ts'

interface Partitions {
  readonly partitionsInfo: { readonly partitions: readonly { readonly id: string; readonly regions: object }[] }
}

/** The SDK carries AWS's own list of regions; a new one shows up there first. */
const SDK_LIST = join(
  import.meta.dirname,
  '../../node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js',
)

test('the table has exactly the regions that the SDK knows', async () => {
  const { partitionsInfo }: Partitions = await import(SDK_LIST)
  const commercial = partitionsInfo.partitions.find(({ id }) => id === 'aws')
  const names = Object.keys(commercial?.regions ?? {}).filter((name) => name !== 'aws-global')
  expect(Object.keys(REGIONS).toSorted()).toEqual(names.toSorted())
})

test('every region has room for a stack, and no word is a region by accident', () => {
  expect(Object.values(REGIONS).every(({ zones }) => zones >= 2 && zones <= 6)).toBe(true)
  expect(regionOf('us-east-1')?.zones).toBe(6)
  expect(regionOf('us-west-1')?.zones).toBe(2)
  expect(regionOf('constructor')).toBeUndefined()
})
