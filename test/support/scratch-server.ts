import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export const AGENT_CTL = 'opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl'

/** As Amazon Linux 2023 brings it. */
export const FSTAB = `#
UUID=0d1c2b3a-1111-2222-3333-444455556666     /           xfs    defaults,noatime  1   1
UUID=ABCD-EF01        /boot/efi       vfat    defaults,noatime,uid=0,gid=0,umask=0077  0 0
`

interface Ended {
  readonly code: number
  readonly output: string
}

export const execute = (program: string, args: readonly string[], env = process.env): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(program, args, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    )
  })

/** An empty server: a scratch root, and beside it every command that must not touch this machine. */
export class ScratchServer {
  readonly root: string
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    this.root = join(folder, 'root')
  }

  static async make(): Promise<ScratchServer> {
    const server = new ScratchServer(await mkdtemp(join(tmpdir(), 'ecom-infra-user-data-')))
    onTestFinished(() => rm(server.folder, { recursive: true, force: true }))
    for (const command of ['dnf', 'systemctl', 'nginx', 'sleep']) await server.stub(command, 'exit 0')
    await server.stub(AGENT_CTL, 'exit 0')
    await server.stub('mount', `touch '${server.folder}/mounted'`)
    await server.stub('mountpoint', `[ -e '${server.folder}/mounted' ]`)
    await mkdir(join(server.root, 'etc'), { recursive: true })
    await writeFile(join(server.root, 'etc/fstab'), FSTAB)
    return server
  }

  /** A command that notes how it was called, and then does as told. A path with folders lies in the root. */
  async stub(command: string, then: string): Promise<void> {
    const path = command.includes('/') ? join(this.root, command) : join(this.folder, 'bin', command)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `#!/bin/bash\necho "$(basename "$0") $*" >>'${this.folder}/calls'\n${then}\n`)
    await chmod(path, 0o755)
  }

  async boot(userData: string): Promise<Ended> {
    const script = join(this.folder, 'part-001')
    await writeFile(script, userData)
    const PATH = `${join(this.folder, 'bin')}:/usr/bin:/bin`
    return execute('/bin/bash', [script], { PATH, ECOM_INFRA_ROOT: this.root })
  }

  async calls(): Promise<string[]> {
    return (await readFile(join(this.folder, 'calls'), 'utf8')).trimEnd().split('\n')
  }

  read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8')
  }

  /** Every file with mode and content, but the log, which grows by intention. */
  async files(): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || entry.name === 'ecom-infra-setup.log') continue
      found[path] = `${(await stat(path)).mode.toString(8)} ${await readFile(path, 'utf8')}`
    }
    return found
  }
}
