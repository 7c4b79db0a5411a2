import * as kms from '@aws-sdk/client-kms'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Account, freshAccount } from '../support/emulator.ts'

let account: Account
let keys: kms.KMSClient

beforeAll(async () => {
  account = await freshAccount()
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' }
  keys = new kms.KMSClient({ endpoint: account.url, region: 'us-east-1', credentials })
})

afterAll(() => account.close())

const made = async (wanted: kms.CreateKeyCommandInput): Promise<string> =>
  (await keys.send(new kms.CreateKeyCommand(wanted))).KeyMetadata?.KeyId ?? ''

it('a key of KMS does all that it is for, made late or not', async () => {
  const Plaintext = Buffer.from('a secret')
  const plain = await made({})
  const { CiphertextBlob } = await keys.send(new kms.EncryptCommand({ KeyId: plain, Plaintext }))
  const opened = await keys.send(new kms.DecryptCommand({ CiphertextBlob }))
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext)

  const paired = await made({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
  const signing = { KeyId: paired, Message: Plaintext, SigningAlgorithm: 'RSASSA_PSS_SHA_256' } as const
  const { Signature } = await keys.send(new kms.SignCommand(signing))
  const checked = await keys.send(new kms.VerifyCommand({ ...signing, Signature }))
  expect(checked.SignatureValid).toBe(true)
  await expect(made({ KeySpec: 'RSA_1' as kms.KeySpec })).rejects.toMatchObject({ name: 'ValidationException' })

  const counted = await made({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
  const mac = { KeyId: counted, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' } as const
  const { Mac } = await keys.send(new kms.GenerateMacCommand(mac))
  const told = await keys.send(new kms.VerifyMacCommand({ ...mac, Mac }))
  expect(told.MacValid).toBe(true)
})
