import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MOTO_VERSION } from '../../src/local/install.ts'
import { findMoto } from '../../src/local/moto.ts'
import { script, useStateHome } from './state-home.ts'

describe('which moto is used', () => {
  const home = useStateHome()

  /** A PATH that holds only what the test puts there. */
  function onlyPath(): string {
    const bin = join(home.directory, 'bin')
    mkdirSync(bin, { recursive: true })
    process.env.PATH = bin
    return bin
  }

  /** A Python that writes down what it is asked, makes an "environment" out of itself, and has moto in there. */
  function fakePython(
    bin: string,
    venv = '/bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python"',
  ): () => readonly string[] {
    const log = join(home.directory, 'asked')
    const asked = [
      `echo "$*" >> ${log}`,
      'case "$*" in',
      '  *version_info*) exit 0;;',
      `  "-m venv "*) ${venv};;`,
      '  "-m pip install"*) echo "Collecting moto[server]"; echo "Successfully installed moto";;',
      `  *moto.__version__*) case "$0" in *moto-*) echo '{"python":"/from/venv","version":"${MOTO_VERSION}"}';; *) exit 1;; esac;;`,
      'esac',
    ]
    script(join(bin, 'python3'), ...asked)
    return () => readFileSync(log, 'utf8').trim().split('\n')
  }

  it('the one on the PATH', async () => {
    const lines: string[] = []
    const moto = await findMoto((line) => lines.push(line))
    expect(moto.version).toMatch(/^5\.([2-9]|\d\d)/)
    expect(existsSync(moto.python)).toBe(true)
  })

  it('one of its own, installed once, where there is none', async () => {
    const asked = fakePython(onlyPath())
    const lines: string[] = []
    expect(await findMoto((line) => lines.push(line))).toEqual({ python: '/from/venv', version: MOTO_VERSION })
    const directory = home.file(`moto-${MOTO_VERSION}`)
    expect(asked()).toContain(`-m venv ${directory}`)
    expect(asked()).toContain(
      `-m pip install --disable-pip-version-check --progress-bar off moto[server]==${MOTO_VERSION}`,
    )
    expect(lines[0]).toBe(`Installing moto ${MOTO_VERSION}, which plays AWS, into ${directory}. This happens once.`)
    expect(lines).toContain('  Collecting moto[server]')
    const before = asked().length
    lines.length = 0
    await findMoto((line) => lines.push(line))
    expect(lines).toEqual([])
    expect(
      asked()
        .slice(before)
        .some((line) => line.includes('venv') || line.includes('pip')),
    ).toBe(false)
  })

  it('a half-made environment is made again', async () => {
    const asked = fakePython(onlyPath())
    const directory = home.file(`moto-${MOTO_VERSION}`)
    mkdirSync(directory)
    writeFileSync(join(directory, 'left-over'), '')
    await findMoto(() => undefined)
    expect(existsSync(join(directory, 'left-over'))).toBe(false)
    expect(asked()).toContain(`-m venv ${directory}`)
  })

  it('not a shim that does not work, and not one that is too old', async () => {
    const bin = onlyPath()
    script(join(bin, 'moto_server'), 'exit 127')
    fakePython(bin)
    const lines: string[] = []
    await findMoto((line) => lines.push(line))
    expect(lines[0]).toBe(`${join(bin, 'moto_server')} does not work: not used.`)

    const old = script(join(home.directory, 'python3.9'), `echo '{"python":"/old","version":"4.2.14"}'`)
    writeFileSync(join(bin, 'moto_server'), `#!${old}\n`)
    lines.length = 0
    expect((await findMoto((line) => lines.push(line))).python).toBe('/from/venv')
    expect(lines[0]).toBe(`${join(bin, 'moto_server')} is moto 4.2.14, and 5.2 is needed: not used.`)
  })

  it('without Python, says to the letter how to get it', async () => {
    onlyPath()
    await expect(findMoto(() => undefined)).rejects.toMatchObject({
      code: 'PythonMissing',
      exit: 1,
      message: 'The local AWS needs Python 3.10 or later, and there is none on the PATH.',
      details: {
        hint: [
          'Debian, Ubuntu: sudo apt install python3 python3-venv',
          'macOS:          brew install python',
          'Windows:        winget install Python.Python.3.13',
        ].join('\n'),
      },
    })
  })

  it("where Debian's python3-venv is missing, says so", async () => {
    const bin = onlyPath()
    fakePython(
      bin,
      'echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1',
    )
    await expect(findMoto(() => undefined)).rejects.toMatchObject({
      code: 'PythonVenvMissing',
      message: `${join(bin, 'python3')} cannot make a virtual environment: its module venv is missing.`,
      details: { hint: 'Debian, Ubuntu: sudo apt install python3-venv' },
    })
  })

  it('an install that fails says why, and is not taken for complete', async () => {
    const bin = onlyPath()
    fakePython(
      bin,
      '/bin/mkdir -p "$3/bin"; echo "echo no route to pypi >&2; exit 1" > "$3/bin/python"; /bin/chmod +x "$3/bin/python"',
    )
    await expect(findMoto(() => undefined)).rejects.toMatchObject({ code: 'MotoInstallFailed' })
    expect(existsSync(join(home.file(`moto-${MOTO_VERSION}`), 'complete'))).toBe(false)
  })
})
