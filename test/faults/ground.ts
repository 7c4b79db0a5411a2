import { inventory } from '../e2e/support/inventory.ts'
import { openStackAt, type Stack } from '../e2e/support/stack-at.ts'
import { type Clean, type CleanCall, DOWN, type Ground, UP } from './trial.ts'

/** Scaled down, but for the lease: a dead run of this machine is known as dead, and a slow machine needs the time. */
const QUICK = { ECOM_INFRA_PACE: '0.02' }

export const groundAt = (emulatorUrl: string, clean: Clean): Ground => ({
  open: (env = {}) => openStackAt(emulatorUrl, {}, { ...QUICK, ...env }),
  clean,
})

/** Lives once without any fault: what all trials are measured by. */
export async function liveCleanly(emulatorUrl: string): Promise<Clean> {
  const stack = await openStackAt(emulatorUrl, {}, QUICK)
  try {
    const empty = await inventory(stack.raw)
    const up = await callsOf(stack, UP)
    const whole = await inventory(stack.raw)
    const down = await callsOf(stack, DOWN)
    return { empty, whole, up, down }
  } finally {
    await stack.close()
  }
}

async function callsOf(stack: Stack, args: readonly string[]): Promise<readonly CleanCall[]> {
  const { proxy } = stack.account
  proxy.reset()
  proxy.listen(true)
  const { code, stdout, stderr } = await stack.run(args)
  proxy.listen(false)
  if (code !== 0) throw new Error(`Without any fault, ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return proxy.calls.map(({ service, action, path, form, sent, mutating }) => ({
    ...{ service, action, path, form, sent, mutating },
  }))
}
