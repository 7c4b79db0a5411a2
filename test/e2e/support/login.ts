import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call, Interceptor } from '../../support/proxy.ts'
import { expired } from '../../support/refusal.ts'
import type { CliOptions } from '../../support/run-cli.ts'

/** Nothing of the environment: what stands there cannot be renewed, and is not waited for. */
const NO_KEYS = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }

/** Every secret that is ever given reads like that. */
export const SECRETS = /secret-of|token-of/

/** Keys in a file, as `aws configure`, or whatever a company has instead of it, writes them. */
export function loginFile(dir: string): { login: (key: string) => void; env: NonNullable<CliOptions['env']> } {
  const file = join(dir, 'credentials')
  return {
    login: (key) =>
      writeFileSync(
        file,
        `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret-of-${key}\naws_session_token = token-of-${key}\n`,
      ),
    env: { ...NO_KEYS, AWS_SHARED_CREDENTIALS_FILE: file },
  }
}

/** A program that gives other keys each time it is asked, and says that they last for an hour. */
export function loginProcess(dir: string): NonNullable<CliOptions['env']> {
  const [program, config] = [join(dir, 'keys.sh'), join(dir, 'config')]
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  const keys = `{"Version":1,"AccessKeyId":"p'$n'","SecretAccessKey":"secret-of-p'$n'","Expiration":"${expiration}"}`
  writeFileSync(program, `#!/bin/sh\necho x >> ${dir}/asked\nn=$(wc -l < ${dir}/asked | tr -d ' ')\necho '${keys}'\n`)
  chmodSync(program, 0o755)
  writeFileSync(config, `[default]\ncredential_process = ${program}\n`)
  return { ...NO_KEYS, AWS_CONFIG_FILE: config }
}

/** Refuses a key for good, from the first call of an action on. */
export function killing(
  key: string,
  action: string,
): { readonly dead: Promise<void>; readonly intercept: Interceptor } {
  const { promise: dead, resolve } = Promise.withResolvers<void>()
  let over = false
  const intercept = (call: Call) => {
    over ||= call.action === action
    if (!over || call.accessKey !== key) return 'forward'
    resolve()
    return expired(call)
  }
  return { dead, intercept }
}

/** Refuses each key after so many calls. */
export function wearing(calls: number): {
  readonly used: ReadonlyMap<string, number>
  readonly intercept: Interceptor
} {
  const used = new Map<string, number>()
  const intercept = (call: Call) => {
    const times = (used.get(call.accessKey) ?? 0) + 1
    used.set(call.accessKey, times)
    return times > calls ? expired(call) : 'forward'
  }
  return { used, intercept }
}
