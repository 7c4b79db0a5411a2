import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findMoto } from '../../src/local/moto.ts'
import { warmUp } from '../../src/local/ready.ts'
import { launch, waitForPort } from '../../src/local/server.ts'

export interface Emulator {
  readonly url: string
  /** moto's. */
  readonly version: string
  close(): Promise<void>
}

/** An emulator that is tied to this process by its standard input: however this one ends, it ends with it. */
export async function startEmulator(say: (line: string) => void): Promise<Emulator> {
  const directory = mkdtempSync(join(tmpdir(), 'ecom-infra-test-'))
  const log = join(directory, 'emulator.log')
  const moto = await findMoto(say)
  const child = launch({ moto, port: 0, log, stock: false, tied: true })
  const close = async (): Promise<void> => {
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
    return { url: `http://127.0.0.1:${port}`, version: moto.version, close }
  } catch (error) {
    await close()
    throw error
  }
}
