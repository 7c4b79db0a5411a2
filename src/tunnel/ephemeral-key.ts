import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { BaseAgent, type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2'

const TYPE = 'ssh-ed25519'

/**
 * A key for one connection. The private half never takes a form that could be written down: it stays where node's
 * crypto keeps it, and signs there. An agent of one key is how ssh2 lets that be.
 */
export class EphemeralKey extends BaseAgent<string | Buffer | ParsedKey> {
  /** One line of OpenSSH's. */
  readonly publicLine: string
  readonly #private: KeyObject

  constructor() {
    super()
    const pair = generateKeyPairSync('ed25519')
    this.#private = pair.privateKey
    const point = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    this.publicLine = `${TYPE} ${Buffer.concat([field(Buffer.from(TYPE)), field(point)]).toString('base64')}`
  }

  override getIdentities(answer: IdentityCallback<string>): void {
    answer(undefined, [this.publicLine])
  }

  override sign(
    _key: unknown,
    data: Buffer,
    optionsOrAnswer: SigningRequestOptions | SignCallback,
    answer?: SignCallback,
  ): void {
    const tell = typeof optionsOrAnswer === 'function' ? optionsOrAnswer : answer
    tell?.(undefined, sign(null, data, this.#private))
  }
}

/** As SSH writes a string: its length in four bytes, and then itself. */
function field(content: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}
