import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findMoto } from '../../src/local/moto.ts'
import { warmUp } from '../../src/local/ready.ts'
import { launch, waitForPort } from '../../src/local/server.ts'
import { buildOnce } from './build-once.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    emulatorUrl: string
    /** Why there is no binary to run, or ''. */
    buildProblem: string
  }
}

/**
 * One emulator for all test files; each file takes an account of its own (`freshAccount`), so nobody resets it.
 * It is tied to this process by its standard input: however the tests end, it ends with them.
 * `ECOM_INFRA_TEST_ENDPOINT` names another one to test against, a stricter one for instance.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide(
    'buildProblem',
    buildOnce((line) => console.log(line)),
  )
  const elsewhere = process.env.ECOM_INFRA_TEST_ENDPOINT
  if (elsewhere) {
    project.provide('emulatorUrl', elsewhere)
    return () => Promise.resolve()
  }
  const directory = mkdtempSync(join(tmpdir(), 'ecom-infra-test-'))
  const log = join(directory, 'emulator.log')
  const moto = await findMoto((line) => console.log(line))
  const child = launch({ moto, port: 0, log, stock: false, tied: true })
  const teardown = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const port = await waitForPort(child, log)
    await warmUp(port)
    project.provide('emulatorUrl', `http://127.0.0.1:${port}`)
  } catch (error) {
    await teardown()
    throw error
  }
  return teardown
}
