/** A whole key as OpenSSH writes it, whatever stands before it in the line. */
const KEY = /(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) AAAA[0-9A-Za-z+/]+={0,2}/
const PRINT = /SHA256:[0-9A-Za-z+/]{43}/

/**
 * The host keys (`ssh-ed25519 AAAA…`) that cloud-init printed on the instance's console, or their fingerprints
 * (`SHA256:…`) where it printed nothing more. Empty when there are none. A console holds several boots: the last counts.
 */
export function learnFromConsole(output: string): string[] {
  const keys = block(output, 'KEYS', KEY)
  return keys.length > 0 ? keys : block(output, 'FINGERPRINTS', PRINT)
}

function block(output: string, what: string, pattern: RegExp): string[] {
  const [begin, end] = [`-----BEGIN SSH HOST KEY ${what}-----`, `-----END SSH HOST KEY ${what}-----`]
  // What is cut off at the end, because the console was read in the midst of a boot, is no block.
  const until = output.lastIndexOf(end)
  const from = until === -1 ? -1 : output.lastIndexOf(begin, until)
  if (from === -1) return []
  return output
    .slice(from, until)
    .split(/\r?\n/)
    .flatMap((line) => pattern.exec(line)?.[0] ?? [])
}
