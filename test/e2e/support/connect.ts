import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** What EC2 Instance Connect was asked for. */
export interface Sent {
  readonly InstanceId: string
  readonly InstanceOSUser: string
  readonly SSHPublicKey: string
}

export interface InstanceConnect {
  /** For AWS_ENDPOINT_URL_EC2_INSTANCE_CONNECT. */
  readonly url: string
  readonly sent: readonly Sent[]
  /** The next calls are refused with these codes, one after the other. */
  refuse(...codes: string[]): void
  close(): Promise<void>
}

/** Stands between the command and the emulator, and lets the sent keys in where the test's sshd asks. */
export async function standIn(emulator: string, admit: (key: string) => Promise<void>): Promise<InstanceConnect> {
  const sent: Sent[] = []
  const refusals: string[] = []
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const code = refusals.shift()
    const type = { 'content-type': 'application/x-amz-json-1.1' }
    if (code !== undefined) return response.writeHead(400, type).end(JSON.stringify({ __type: code, message: code }))
    const wish = JSON.parse(body.toString()) as Sent
    const { authorization = '', 'x-amz-target': target } = request.headers
    const headers = { ...type, authorization, 'x-amz-target': String(target) }
    const answer = await fetch(emulator, { method: 'POST', headers, body })
    if (answer.ok) {
      sent.push(wish)
      await admit(wish.SSHPublicKey)
    }
    response.writeHead(answer.status, type).end(await answer.text())
  }
  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    refuse: (...codes) => void refusals.push(...codes),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
