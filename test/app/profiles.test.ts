import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requireProfile } from '../../src/app/profiles.ts'
import { Refused } from '../../src/engine/errors.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'profiles-'))
  mkdirSync(join(home, '.aws'))
})
afterEach(() => rmSync(home, { recursive: true }))

const CONFIG = `[default]
region = us-east-1
[profile shop]
sso_session = us
[profile "two"] # the other one
region = us-east-1
[plain]
region = us-east-1
[sso-session us]
sso_region = us-east-1
`
const CREDENTIALS = '[old]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\naws_secret_access_key = hunter2\r\n'

const files = ({ config = CONFIG, credentials = CREDENTIALS } = {}) => {
  if (config !== '') writeFileSync(join(home, '.aws/config'), config)
  if (credentials !== '') writeFileSync(join(home, '.aws/credentials'), credentials)
}

function told(flag: string | undefined, more: Readonly<Record<string, string>> = {}) {
  try {
    requireProfile(flag, { HOME: home, ...more })
    return null
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { code: error.code, message: error.message.replaceAll(home, '~'), hint: error.details.hint }
  }
}

const WAYS = (name: string) => `\`aws configure --profile ${name}\` or \`aws configure sso\` writes one.`

describe('a profile', () => {
  test.each(['shop', 'two', 'old', 'default', undefined])('that is there: %s', (name) => {
    files()
    expect(told(name)).toBeNull()
  })

  test('that is in no file: which there are, and where they are looked for; nothing else of the files', () => {
    files()
    expect(told('nope')).toEqual({
      code: 'NoProfile',
      message: 'There is no profile nope in ~/.aws/config and ~/.aws/credentials.',
      hint: `There are: default, shop, two, old. Or ${WAYS('nope')}`,
    })
  })

  test.each(['plain', 'us', 'profile shop'])('no profile to the SDK either: %s', (name) => {
    files()
    expect(told(name)?.code).toBe('NoProfile')
  })

  test('of the environment, where there are no files', () => {
    expect(told(undefined, { AWS_PROFILE: 'nope' })).toEqual({
      code: 'NoProfile',
      message:
        'There is no profile nope (AWS_PROFILE) in ~/.aws/config (does not exist) and ~/.aws/credentials (does not exist).',
      hint: `There is no profile at all: ${WAYS('nope')}`,
    })
    expect(told(undefined, { AWS_PROFILE: '' })).toBeNull()
  })

  test('in files elsewhere', () => {
    writeFileSync(join(home, 'else'), '[profile far]\n')
    expect(told('far', { AWS_CONFIG_FILE: '~/else', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' })).toBeNull()
    expect(told('near', { AWS_CONFIG_FILE: '~/else', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' })?.message).toBe(
      'There is no profile near in ~/else and /dev/null (is not a file).',
    )
  })

  test('among hundreds: not all are named', () => {
    files({ config: Array.from({ length: 300 }, (_, index) => `[profile p${index}]`).join('\n'), credentials: '' })
    expect(told('nope')?.hint).toContain('p18, p19 and 280 others. Or')
  })

  test('is left to the SDK where we cannot tell: in other letters, and in a pipe', () => {
    files({ credentials: '' })
    writeFileSync(join(home, '.aws/credentials'), Buffer.from('# M\xfcller\n[old]\n', 'latin1'))
    expect(told('nope')).toBeNull()
    execFileSync('mkfifo', [join(home, 'pipe')])
    expect(told('nope', { AWS_SHARED_CREDENTIALS_FILE: join(home, 'pipe') })).toBeNull()
  })
})
