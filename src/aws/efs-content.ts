import type { FileSystemDescription } from '@aws-sdk/client-efs'
import type { Ctx } from './ctx.ts'
import { accessPoints } from './efs.ts'
import { codeOf, isDenied } from './failure.ts'
import { isLacking } from './lacking.ts'
import { inUnits } from './units.ts'

/** Each file, directory and link is metered at 2 KiB for itself and at least 4 KiB of data. */
const SMALLEST = 6 * 1024
const DAY = 86_400
/** CloudWatch forgets after 15 months. */
const REMEMBERED = 455 * DAY

/**
 * What stands on a file system, in words for people; null: nothing that anybody has written.
 *
 * AWS tells the content of a file system by its size alone, and measures that only every hour or two. So two things
 * have to agree. By its size there is room for nothing but the root and the directories that its access points make
 * with their first mount (an empty directory is no loss). And CloudWatch, which counts within minutes, knows of no byte
 * that was ever written: that is what tells of files younger than the last measurement.
 */
export async function contentOf(ctx: Ctx, item: FileSystemDescription): Promise<string | null> {
  const size = item.SizeInBytes?.Value
  if (size === undefined) return 'whose content is unknown (AWS has not measured it yet)'
  if (size > SMALLEST * (1 + (await directories(ctx, item.FileSystemId)))) return `with ${inUnits(size)} on it`
  try {
    const written = await bytesWritten(ctx, item)
    return written === 0 ? null : `that ${inUnits(written)} were written to (not measured yet, or deleted since)`
  } catch (error) {
    // An emulator without the metric measures no size either.
    if (isLacking(error)) return null
    if (!isDenied(error)) throw error
    return `whose content is unknown (${codeOf(error)}: who may read CloudWatch's metrics learns whether it was written to)`
  }
}

/** The directories that access points make: each step of each path, once. */
async function directories(ctx: Ctx, fileSystemId: string | undefined): Promise<number> {
  const own = (await accessPoints(ctx)).filter((point) => point.FileSystemId === fileSystemId)
  const steps = own.flatMap(({ RootDirectory }) => {
    const names = (RootDirectory?.Path ?? '/').split('/').filter(Boolean)
    return names.map((_, depth) => names.slice(0, depth + 1).join('/'))
  })
  return new Set(steps).size
}

/** Over its whole life, a sum a day. What is only made and never filled (a directory) counts as nothing. */
async function bytesWritten(ctx: Ctx, { FileSystemId, CreationTime }: FileSystemDescription): Promise<number> {
  const now = Date.now()
  const oldest = now - REMEMBERED * 1000
  const { Datapoints = [] } = await ctx.cloudwatch.getMetricStatistics({
    Namespace: 'AWS/EFS',
    MetricName: 'DataWriteIOBytes',
    Dimensions: [{ Name: 'FileSystemId', Value: FileSystemId }],
    StartTime: new Date(Math.max(CreationTime?.getTime() ?? 0, oldest)),
    // The minute that is not over yet counts too.
    EndTime: new Date(now + 60_000),
    Period: DAY,
    Statistics: ['Sum'],
  })
  return Datapoints.reduce((sum, point) => sum + (point.Sum ?? 0), 0)
}
