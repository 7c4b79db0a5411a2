import { expect, test } from 'vitest'
import { Failed, Interrupted } from '../../src/engine/errors.ts'
import { type UpReport, upDocument } from '../../src/report/up-document.ts'
import { upText } from '../../src/report/up-text.ts'
import { explain, fate, lines, PLAIN, planOf, resultOf, step } from './steps.ts'

const full = new Error('The maximum number of VPCs has been reached.')

const report = (rest: Partial<UpReport> = {}): UpReport => ({
  stack: 'shop-dev',
  plan: planOf(step('ec2:vpc/main'), step('ec2:subnet/a')),
  result: resultOf([]),
  outputs: {},
  explain,
  apiCalls: { total: 12, mutating: 0 },
  durationMs: 1_240.4,
  ...rest,
})

test('the document counts every resource once', () => {
  const result = resultOf([
    ...[fate('a:a/1'), fate('a:a/2'), fate('a:a/3', { deed: 'update' }), fate('a:a/4', { deed: 'replace' })],
    ...[fate('a:a/5', { deed: 'delete' }), fate('a:a/6', { deed: 'check' }), fate('a:a/7', { outcome: 'skipped' })],
    fate('ec2:vpc/main', { outcome: 'failed', error: full }),
  ])
  const plan = planOf(step('a:a/6'), step('ec2:subnet/a'), step('a:a/1', { action: 'create' }))
  const outputs = { siteUrl: 'http://shop' }
  expect(upDocument(report({ plan, result, outputs, apiCalls: { total: 90, mutating: 40 } }))).toEqual({
    schema: 'ecom-infra/up/1',
    stack: 'shop-dev',
    summary: { created: 2, updated: 1, replaced: 1, deleted: 1, unchanged: 2, failed: 1, skipped: 1 },
    outputs: { siteUrl: 'http://shop' },
    failures: [
      {
        address: 'ec2:vpc/main',
        action: 'ec2:CreateVpc',
        code: 'Quota',
        awsCode: 'VpcLimitExceeded',
        message: 'The quota of VPCs is used up.',
        awsMessage: 'The maximum number of VPCs has been reached.',
        requestId: 'req-1',
        hint: 'Ask for more.',
      },
    ],
    stopped: null,
    apiCalls: { total: 90, mutating: 40 },
    durationMs: 1240,
  })
})

test('a second run', () => {
  expect(upText(upDocument(report()), PLAIN)).toBe('✔ shop-dev is up: 2 unchanged. 1.2 s, 12 API calls.')
})

test('the outputs are aligned', () => {
  const outputs = { siteUrl: 'http://shop', assetsBucket: 'shop-dev-assets' }
  const document = upDocument(report({ result: resultOf([fate('a:a/1')]), outputs, durationMs: 252_000 }))
  expect(upText(document, PLAIN)).toBe(lines`
    ✔ shop-dev is up: 1 created, 2 unchanged. 4 min 12 s, 12 API calls.

    Outputs
      siteUrl       http://shop
      assetsBucket  shop-dev-assets
  `)
})

test('each failure: what, the words of AWS, what it means, what to do', () => {
  const result = resultOf([
    fate('ec2:vpc/main', { outcome: 'failed', error: full }),
    fate('ec2:subnet/a', { outcome: 'failed', error: new Error('\u001b[2J') }),
    fate('ec2:subnet/b', { outcome: 'skipped' }),
  ])
  expect(upText(upDocument(report({ result, plan: planOf() })), PLAIN)).toBe(
    lines`
    ✖ shop-dev is not complete: 2 failed, 1 not done. 1.2 s, 12 API calls.

    ✖ ec2:vpc/main: ec2:CreateVpc failed
      VpcLimitExceeded: The maximum number of VPCs has been reached. (request req-1)
      The quota of VPCs is used up.
      Ask for more.

    ✖ ec2:subnet/a: ec2:CreateVpc failed
      VpcLimitExceeded: \ufffd[2J (request req-1)
      The quota of VPCs is used up.
      Ask for more.

    What was done is kept. The same command goes on from there.
  `.replace('\\ufffd', '\ufffd'),
  )
})

test('an interrupt is told once, and what it cut short is no failure', () => {
  const stopped = new Interrupted('SIGINT')
  const result = resultOf(
    [
      fate('a:a/1'),
      fate('ec2:nat-gateway/a', { outcome: 'failed', error: stopped }),
      fate('a:a/2', { outcome: 'skipped' }),
    ],
    stopped,
  )
  const own = (error: unknown) => (error instanceof Interrupted ? error : new Failed('X', 'x'))
  const document = upDocument(report({ result, plan: planOf(), explain: own }))
  expect(document.summary).toMatchObject({ created: 1, failed: 0, skipped: 2 })
  expect(document.failures).toEqual([])
  expect(upText(document, PLAIN)).toBe(lines`
    ✖ shop-dev is not complete: 1 created, 2 not done. 1.2 s, 12 API calls.

    ✖ Interrupted by SIGINT.

    What was done is kept. The same command goes on from there.
  `)
})

test('what ended the run is not repeated for everything that it hit', () => {
  const gone = new Error('expired')
  const expired = () => new Failed('Credentials', 'The AWS credentials have expired.', { hint: 'Renew them.' })
  const result = resultOf([fate('a:a/1', { outcome: 'failed', error: gone })], gone)
  const document = upDocument(report({ result, plan: planOf(), explain: expired }))
  expect(document.failures).toHaveLength(1)
  expect(upText(document, PLAIN)).toBe(lines`
    ✖ shop-dev is not complete: 1 failed. 1.2 s, 12 API calls.

    ✖ The AWS credentials have expired.
      Renew them.

    What was done is kept. The same command goes on from there.
  `)
})
