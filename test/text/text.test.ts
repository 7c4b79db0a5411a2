import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { discreet, isSecretName, isSecretValue } from '../../src/text/discreet.ts'
import { harmless, harmlessJson, harmlessLine, harmlessOutput } from '../../src/text/harmless.ts'
import { shellQuoted } from '../../src/text/quoted.ts'
import { nasty, SECRETS, working } from '../support/hostile.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe('a text of strangers', () => {
  test('steers nothing, and is otherwise as it was', () => {
    expect(harmless('a\u001b[31mb\n\u009bc\rd\te\u202ef\u007f寿司 é😀')).toBe(
      'a\ufffd[31mb\n\ufffdc\ufffdd\ufffde\ufffdf\ufffd寿司 é😀',
    )
    expect(harmlessLine('a\nb\u2028c')).toBe('a\ufffdb\ufffdc')
    fc.assert(
      fc.property(nasty, (text) => {
        for (const told of [harmless(text), harmlessLine(text)]) expect(told).not.toMatch(STEERS)
        expect(harmlessLine(text)).not.toContain('\n')
        expect(harmless(text)).toHaveLength(text.length)
      }),
    )
  })

  test('keeps the colours that we paint with, and no other code', () => {
    const ours = '\u001b[31m✖\u001b[39m \u001b[1mx\u001b[22m \u001b[2my\u001b[22m\n\u001b[32mz\u001b[39m'
    expect(harmlessOutput(ours)).toBe(ours)
    for (const code of ['[8m', '[2J', '[?25l', ']0;x\u0007', '[38;5;1m', 'c', '[31;8m', '[0;0H']) {
      expect(harmlessOutput(`\u001b${code}`)).toMatch(/^\ufffd/)
    }
  })

  test('is the same value in JSON, told without a code', () => {
    fc.assert(
      fc.property(fc.jsonValue(), nasty, (value, text) => {
        const json = harmlessJson(JSON.stringify({ [text]: [text, value] }, null, 2))
        expect(json).not.toMatch(STEERS)
        expect(JSON.parse(json)).toEqual({ [text]: [text, JSON.parse(JSON.stringify(value))] })
      }),
    )
  })
})

describe('a secret', () => {
  test.each([
    ['AKIAIOSFODNN7EXAMPLE was refused', '(not shown) was refused'],
    ['at https://me:hunter2@example.com/x', 'at https://(not shown)@example.com/x'],
    ['https://me:hunter2/K7@x:1/a', 'https://(not shown)@x:1/a'],
    ['postgres://hunter2@db:5432', 'postgres://(not shown)@db:5432'],
    ['MASTER_PASSWORD=hunter2, next', 'MASTER_PASSWORD=(not shown), next'],
    ['"secret_access_key" = hunter2', '"secret_access_key" = (not shown)'],
    ['x-amz-security-token:hunter2\nhost:x', 'x-amz-security-token:(not shown)\nhost:x'],
    ['Authorization: AWS4 hunter2', 'Authorization: (not shown)'],
    ['-----BEGIN RSA PRIVATE KEY-----\nhunter2', '(not shown)'],
    ['a -----BEGIN X-----\nhunter2\n-----END X----- b', 'a (not shown) b'],
    ['password: hunter2', 'password: (not shown)'],
    [
      'Pass-Phrase = x, masterUserPassword : "my hunter2", next',
      'Pass-Phrase = x, masterUserPassword : (not shown), next',
    ],
    ["'api_key':'hunter2'", "'api_key':(not shown)"],
    [String.raw`{\"password\": \"hunter2\"}`, String.raw`{\"password\": (not shown)`],
    ['token: hunter2', 'token: (not shown)'],
    ['session-token: abcdefghijklmnopqrstuvwx', 'session-token: (not shown)'],
    ['client_secret: "hunter2"', 'client_secret: (not shown)'],
    ['Bearer hunter2hunter2', 'Bearer (not shown)'],
    ['a Bearer hunter2, and', 'a Bearer (not shown), and'],
    ['Basic dXNlcjpwYXNz.', 'Basic (not shown).'],
    ['basic aHVudGVyMg==', 'basic (not shown)'],
    ['token ghp_0123456789abcdefghij0123456789abcdef', 'token (not shown)'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2', '(not shown)'],
  ])('is not told: %s', (text, told) => {
    expect(discreet(text)).toBe(told)
    expect(discreet(told)).toBe(told)
    expect(isSecretValue(text)).toBe(true)
  })

  test.each([
    ...['arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-abc', 'the password is in Secrets Manager'],
    ...['https://example.com/a@b', 'ops@example.com', 'compassion=1', 's3://bucket/key', 'sg-0123456789abcdef0'],
    ...[
      'ExpiredToken: The security token is expired',
      'ExpiredToken: ExpiredTokenException',
      'IncompleteSignature: no key',
      'secret: none',
    ],
    ...['is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:x', 'secretsmanager:secret'],
    ...['databaseSecretArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1', 'password: arn:aws:x:y'],
    ...['the password of the database is new', 'password  in Secrets Manager: aws secretsmanager get-secret-value'],
    ...['Basic authentication', 'basic monitoring', 'basic t3.micro', 'bearer tokens', 'credentials:12:3'],
    ...['CredentialsProviderError: Could not load credentials from any providers', 'bypass: 100'],
    ...['shop-dev-main.abc.eu-west-1.rds.amazonaws.com', 'x'.repeat(129)],
  ])('is not seen where there is none: %s', (text) => {
    expect(discreet(text)).toBe(text)
    expect(isSecretValue(text)).toBe(false)
  })

  test('is known by its name, too', () => {
    for (const name of ['password', 'DB_PWD', 'apiKey', 'private_key', 'sessionToken', 'passphrase', 'clientSecret']) {
      expect(isSecretName(name)).toBe(true)
    }
    for (const name of ['name', 'passive', 'keyName', 'owner', 'region']) expect(isSecretName(name)).toBe(false)
    expect(SECRETS.filter((secret) => secret !== 'hunter2' && !isSecretValue(secret))).toEqual([])
  })

  test('is looked for in time that the length bounds', () => {
    for (const piece of [
      '-----BEGIN',
      'eyJaaaaaaaa-',
      'a://',
      'password=',
      'password:',
      'token:',
      'token: "',
      'Bearer ',
      'secretsecret',
      'ghp_',
      '"=',
      'A',
    ]) {
      const worked = working()
      discreet(piece.repeat(5_000))
      isSecretValue(piece.repeat(5_000))
      expect(worked()).toBeLessThan(2)
    }
  })
})

test('a word for a shell is one word, whatever is in it', () => {
  const words = fc.sample(
    nasty.filter((text) => !text.includes('\0') && text.isWellFormed()),
    100,
  )
  const said = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellQuoted).join(' ')}`], { encoding: 'utf8' })
  expect(said.split('\0').slice(0, -1)).toEqual(words)
})
