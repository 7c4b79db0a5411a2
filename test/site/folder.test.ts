import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Refused } from '../../src/engine/errors.ts'
import { readFolder } from '../../src/site/folder.ts'
import { NODE } from '../support/run-cli.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ecom-infra-site-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
})

const lay = async (key: string, text = key) => {
  await mkdir(dirname(join(dir, key)), { recursive: true })
  await writeFile(join(dir, key), text)
}
const keys = async () => (await readFolder(dir)).files.map(({ key }) => key)
const refusal = (folder = dir): Promise<Refused> =>
  readFolder(folder).then(
    () => expect.unreachable(),
    (error) => error,
  )

describe('a folder', () => {
  test('gives its files with their keys, sizes and where they are', async () => {
    for (const key of ['index.html', 'b/c/d.txt', 'b.txt', 'Ünïcode & space.png', '.well-known/security.txt']) {
      await lay(key)
    }
    const { files, leftOut } = await readFolder(dir)
    expect(files.map(({ key }) => key)).toEqual([
      ...['.well-known/security.txt', 'b.txt', 'b/c/d.txt', 'index.html', 'Ünïcode & space.png'],
    ])
    expect(files[2]).toMatchObject({ bytes: 9, path: join(dir, 'b/c/d.txt') })
    expect(leftOut).toEqual([])
  })

  test('leaves out what is hidden, and says so', async () => {
    for (const key of ['a.txt', '.git/config', 'sub/.DS_Store', '.env', 'sub/Thumbs.db', 'sub/b.txt']) await lay(key)
    const { files, leftOut } = await readFolder(dir)
    expect(files.map(({ key }) => key)).toEqual(['a.txt', 'sub/b.txt'])
    expect(leftOut).toEqual(['.env', '.git/', 'sub/.DS_Store', 'sub/Thumbs.db'])
  })

  test('may be a link, and have links within itself', async () => {
    await lay('real/a.txt')
    await symlink('real', join(dir, 'also'))
    await symlink('real/a.txt', join(dir, 'one.txt'))
    expect(await keys()).toEqual(['also/a.txt', 'one.txt', 'real/a.txt'])
    const link = `${dir}-link`
    await symlink(dir, link)
    onTestFinished(() => rm(link))
    expect((await readFolder(link)).files).toHaveLength(3)
  })

  test('with a file of no bytes is fine', async () => {
    await lay('empty.txt', '')
    expect(await readFolder(dir)).toMatchObject({ files: [{ key: 'empty.txt', bytes: 0 }] })
  })
})

describe('nothing is uploaded', () => {
  test('of what is not there, is no folder, or has no files', async () => {
    expect(await refusal(join(dir, 'nowhere'))).toMatchObject({ code: 'NoFolder', exit: 2 })
    await lay('file')
    expect(await refusal(join(dir, 'file'))).toMatchObject({ code: 'NotAFolder', exit: 2 })
    expect(await refusal(join(dir, 'file/inside'))).toMatchObject({ code: 'NoFolder', exit: 2 })
    await mkdir(join(dir, 'empty/.git'), { recursive: true })
    await writeFile(join(dir, 'empty/.git/config'), '')
    expect(await refusal(join(dir, 'empty'))).toMatchObject({ code: 'EmptyFolder', exit: 2 })
  })

  test('when anything is wrong: all of it is told at once', async () => {
    await lay('fine.txt')
    await symlink('/etc/hostname', join(dir, 'out.txt'))
    await symlink('..', join(dir, 'up'))
    await mkdir(join(dir, 'sub'))
    await symlink('../sub', join(dir, 'sub/loop'))
    await symlink('self', join(dir, 'self'))
    await symlink('nothing', join(dir, 'broken'))
    await lay('line\nbreak.txt')
    execFileSync('mkfifo', [join(dir, 'pipe')])
    await lay('huge.bin')
    await truncate(join(dir, 'huge.bin'), 5 * 1024 ** 3 + 1)
    const long = Array.from({ length: 5 }, () => 'x'.repeat(250)).join('/')
    await lay(long)
    const { code, exit, message } = await refusal()
    expect({ code, exit }).toEqual({ code: 'BadFiles', exit: 2 })
    const lines = message.split('\n').slice(1).sort()
    expect(lines).toEqual(
      [
        '  out.txt is a link out of the folder',
        '  up is a link out of the folder',
        '  sub/loop is a link to a folder that it is in',
        '  self is a link to itself',
        '  broken is a link to nothing, or has just gone',
        '  line\\nbreak.txt has a name with control characters, or one that is not UTF-8',
        '  pipe is neither a file nor a folder',
        '  huge.bin has 5368709121 bytes, and S3 takes 5368709120 (5 GiB) at once',
        `  ${long} has a name of 1254 bytes, and S3 takes 1024`,
      ].sort(),
    )
  })

  test('of a name that is no UTF-8', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${dir}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]), '')
    expect((await refusal()).message).toContain('not UTF-8')
  })

  test('when a file may not be read', async () => {
    await lay('secret.txt')
    await lay('closed/a.txt')
    await chmod(join(dir, 'secret.txt'), 0)
    await chmod(join(dir, 'closed'), 0)
    await chmod(dir, 0o755)
    const message = process.getuid?.() === 0 ? asNobody() : (await refusal()).message
    await chmod(join(dir, 'closed'), 0o755)
    expect(message).toContain('secret.txt may not be read')
    expect(message).toContain('closed/ cannot be read (EACCES)')
  })

  test('and many complaints are counted', async () => {
    for (let index = 0; index < 25; index++) await symlink('/nowhere', join(dir, `broken-${index}`))
    const lines = (await refusal()).message.split('\n')
    expect([lines.length, lines.at(-1)]).toEqual([12, '  … and 15 more'])
  })
})

/** Root may read everything, so somebody else has to look. */
function asNobody(): string {
  const source = new URL('../../src/site/folder.ts', import.meta.url).href
  const script = `import(${JSON.stringify(source)}).then((m) => m.readFolder(${JSON.stringify(dir)})).catch((e) => console.log(e.message))`
  const { stdout, stderr } = spawnSync(NODE, ['-e', script], { uid: 65_534, gid: 65_534, encoding: 'utf8' })
  return stdout + stderr
}
