import type { PolicyDocument } from '../../aws/policy.ts'

/** A type of its own, because it names the file system that it is on. */
export interface FileSystemPolicySpec {
  readonly fileSystemId: string
  readonly policy: PolicyDocument
}

export interface FileSystemPolicyOut {
  readonly fileSystemId: string
}
