import { expect } from 'vitest'
import type { Handle, Part } from '../../../src/engine/graph.ts'
import { type FileSystemOut, type FileSystemSpec, fileSystem } from '../../../src/resources/efs/file-system.ts'
import type { World } from '../../support/contract.ts'

export const FILES: FileSystemSpec = {
  encrypted: true,
  performanceMode: 'generalPurpose',
  throughputMode: 'elastic',
  transitionToIa: 'AFTER_30_DAYS',
  transitionToPrimary: null,
  automaticBackups: true,
}

export const addFiles = (part: Part, name = 'files'): Handle<FileSystemOut> => part.add(fileSystem, name, FILES)

/** By `Name`, as a person would find it. */
export async function filesNamed({ raw, stack }: World, name = 'files'): Promise<string> {
  const { FileSystems = [] } = await raw.efs.describeFileSystems({ MaxItems: 100 })
  return FileSystems.find(({ Name }) => Name === `${stack}-${name}`)?.FileSystemId ?? ''
}

/** A stranger changes a tag of ours, and puts one of its own. */
export const retag = ({ raw }: World, ResourceId: string): Promise<unknown> =>
  raw.efs.tagResource({
    ResourceId,
    Tags: [
      { Key: 'team', Value: 'nobody' },
      { Key: 'theirs', Value: 'kept' },
    ],
  })

/** AWS takes the next change only when it is done with the last one. */
export async function settled({ raw }: World, FileSystemId: string): Promise<{ readonly FileSystemId: string }> {
  await expect
    .poll(async () => (await raw.efs.describeFileSystems({ FileSystemId })).FileSystems?.[0]?.LifeCycleState)
    .toBe('available')
  return { FileSystemId }
}
