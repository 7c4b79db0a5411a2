import { type Cidr, contains, parseCidr } from '../cidr.ts'

/** Answers with the caller's address and nothing else. */
const CHECKIP = 'https://checkip.amazonaws.com'
const PATIENCE_MS = 2_500
/** What is longer is no address, but a page that somebody in between has put there. */
const MOST_BYTES = 64

/** Addresses that nobody on the internet has. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
].map(parseCidr)

interface Lookup {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** The IPv4 address that the internet sees this machine by; null when it cannot be found, for whatever reason. */
export async function publicAddress({ env, signal }: Lookup): Promise<string | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const text = await ask(env.ECOM_INFRA_CHECKIP || CHECKIP, AbortSignal.any(signal ? [signal, patience] : [patience]))
  return text !== null && isPublic(parseCidr(`${text}/32`)) ? text : null
}

const isPublic = (address: Cidr | null): boolean =>
  address !== null && NOT_PUBLIC.every((range) => range !== null && !contains(range, address))

async function ask(url: string, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(url, { signal, headers: { accept: 'text/plain' } })
    if (response.ok) return await beginning(response)
    await response.body?.cancel()
    return null
  } catch {
    // No network, no such name, too slow, or no URL at all: the wizard says that it found nothing, and goes on.
    return null
  }
}

/** The whole text, without the blanks around it, when it is short; null when it is not. */
async function beginning({ body }: Response): Promise<string | null> {
  if (body === null) return null
  const decoder = new TextDecoder()
  let text = ''
  // Leaving the loop ends the transfer.
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_BYTES) return null
  }
  return text.trim()
}
