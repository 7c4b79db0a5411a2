import type { FileSystemDescription, LifeCycleState } from '@aws-sdk/client-efs'
import { type Prices, pricesOf } from '../../prices/prices.ts'
import { unlessGone } from '../failure.ts'
import { all, toRecord } from '../ownership.ts'
import {
  byTheGb,
  type Fate,
  type Finder,
  isOurs,
  listing,
  orUnseen,
  type Sighting,
  type SweepCtx,
  tagged,
} from './finder.ts'

const fateOf = (state: LifeCycleState | undefined): Fate => (state === 'deleting' ? 'going' : 'there')

/** With what still leads into them: mount targets have no tags. */
const fileSystems: Finder = async (ctx) => {
  const prices = pricesOf(ctx.region)
  const found = await listing(ctx, ctx.efs.paginateDescribeFileSystems({ MaxItems: 100 }), (page) => page.FileSystems)
  const ours = found.filter((item) => item.LifeCycleState !== 'deleted' && isOurs(ctx, toRecord(item.Tags)))
  const systems = ours.map((item): Sighting => {
    const { FileSystemId: id = '', LifeCycleState } = item
    const monthlyUsd = costOf(item, prices)
    return { type: 'efs:file-system', id, why: tagged(ctx), monthlyUsd, fate: fateOf(LifeCycleState) }
  })
  const doors = await Promise.all(ours.map(({ FileSystemId = '' }) => mountTargets(ctx, FileSystemId)))
  return [...systems, ...doors.flat()]
}

/** What is in it, as it was last measured. */
function costOf({ SizeInBytes: size }: FileSystemDescription, prices: Prices): number | null {
  const standard = byTheGb(prices.unit('fileStorageGbMonth'), size?.ValueInStandard ?? size?.Value)
  const infrequent = byTheGb(prices.unit('fileInfrequentGbMonth'), size?.ValueInIA ?? 0)
  return standard === null || infrequent === null ? null : Math.round((standard + infrequent) * 100) / 100
}

async function mountTargets(ctx: SweepCtx, FileSystemId: string): Promise<readonly Sighting[]> {
  const pages = ctx.efs.paginateDescribeMountTargets({ FileSystemId, MaxItems: 100 })
  const asked = unlessGone(all(pages, (page) => page.MountTargets))
  const found = (await orUnseen(ctx, asked, [])) ?? []
  return found
    .filter(({ LifeCycleState }) => LifeCycleState !== 'deleted')
    .map(({ MountTargetId: id = '', LifeCycleState }) => ({
      ...{ type: 'efs:mount-target', id, why: `it leads to our file system ${FileSystemId}`, monthlyUsd: 0 },
      fate: fateOf(LifeCycleState),
    }))
}

const accessPoints: Finder = async (ctx) => {
  const found = await listing(ctx, ctx.efs.paginateDescribeAccessPoints({}), (page) => page.AccessPoints)
  return found
    .filter((item) => item.LifeCycleState !== 'deleted' && isOurs(ctx, toRecord(item.Tags)))
    .map(({ AccessPointId: id = '', LifeCycleState }) => ({
      ...{ type: 'efs:access-point', id, why: tagged(ctx), monthlyUsd: 0 },
      fate: fateOf(LifeCycleState),
    }))
}

export const FILES: readonly Finder[] = [fileSystems, accessPoints]
