import { appendFile, chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Stands in for EC2 Instance Connect, in a folder of the test's: a key that was admitted is let in for sixty seconds,
 * by any number of logins, and then no more. sshd asks through `command` (`AuthorizedKeysCommand`).
 */
export class Admission {
  /** What sshd is to run. `sh` stands first because sshd trusts a program only when its path is root's alone. */
  readonly command: string
  /** Every key that was ever admitted. */
  readonly keys: string[] = []
  readonly #list: string

  private constructor(folder: string) {
    this.#list = join(folder, 'admitted')
    this.command = `/bin/sh ${join(folder, 'admitted-keys.sh')}`
  }

  static async in(folder: string, seconds = 60): Promise<Admission> {
    const admission = new Admission(folder)
    const script = join(folder, 'admitted-keys.sh')
    // The window is the server's, as on AWS: what is written down is when a key came.
    await writeFile(
      script,
      `now=$(date +%s%3N)
while read -r at key; do
  [ $((now - at)) -ge ${seconds * 1000} ] || echo "$key"
done <'${admission.#list}'
`,
    )
    await writeFile(admission.#list, '')
    // Where root runs sshd, the one who asks is another user.
    await chmod(admission.#list, 0o644)
    return admission
  }

  async admit(publicKey: string): Promise<void> {
    this.keys.push(publicKey)
    await appendFile(this.#list, `${Date.now()} ${publicKey}\n`)
  }

  /** As if no key had ever been admitted. */
  async forget(): Promise<void> {
    await writeFile(this.#list, '')
  }
}
