import type { TestProject } from 'vitest/node'
import { buildOnce } from './build-once.ts'
import { startEmulator } from './emulator-process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    emulatorUrl: string
    /** Why there is no binary to run, or ''. */
    buildProblem: string
  }
}

/**
 * One emulator for all test files; each file takes an account of its own (`freshAccount`), so nobody resets it.
 * `ECOM_INFRA_TEST_ENDPOINT` names another one to test against, a stricter one for instance.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => console.log(line)
  project.provide('buildProblem', buildOnce(say))
  const elsewhere = process.env.ECOM_INFRA_TEST_ENDPOINT
  if (elsewhere) {
    project.provide('emulatorUrl', elsewhere)
    return () => Promise.resolve()
  }
  const { url, close } = await startEmulator(say)
  project.provide('emulatorUrl', url)
  return close
}
