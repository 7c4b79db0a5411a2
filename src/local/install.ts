import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failed } from '../engine/errors.ts'
import { stateDirectory } from './files.ts'
import { findPython, type Outcome, run } from './python.ts'

/** The moto that is installed where none is found. */
export const MOTO_VERSION = '5.2.1'

const GET_PYTHON = [
  'Debian, Ubuntu: sudo apt install python3 python3-venv',
  'macOS:          brew install python',
  'Windows:        winget install Python.Python.3.13',
].join('\n')

/** The Python of our own moto, in a private virtual environment. A half-made one, of an install that was killed, is redone. */
export async function installMoto(say: (line: string) => void): Promise<string> {
  const home = join(stateDirectory(), `moto-${MOTO_VERSION}`)
  const complete = join(home, 'complete')
  const python = process.platform === 'win32' ? join(home, 'Scripts', 'python.exe') : join(home, 'bin', 'python')
  if (existsSync(complete)) return python
  const base = await findPython()
  if (base === null) throw noPython()
  rmSync(home, { recursive: true, force: true })
  say(`Installing moto ${MOTO_VERSION}, which plays AWS, into ${home}. This happens once.`)
  await makeEnvironment(base, home)
  await installInto(python, say)
  writeFileSync(complete, '')
  say('Installed.')
  return python
}

async function makeEnvironment(base: string, home: string): Promise<void> {
  const outcome = await run(base, ['-m', 'venv', home], { limitMs: 120_000 })
  if (outcome.code === 0) return
  const said = outcome.stdout + outcome.stderr
  if (/ensurepip|No module named venv/.test(said)) {
    throw new Failed('PythonVenvMissing', `${base} cannot make a virtual environment: its module venv is missing.`, {
      hint: 'Debian, Ubuntu: sudo apt install python3-venv',
    })
  }
  throw new Failed('PythonVenvFailed', `${base} -m venv ${home} failed: ${lastLine(outcome)}`)
}

async function installInto(python: string, say: (line: string) => void): Promise<void> {
  const args = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    `moto[server]==${MOTO_VERSION}`,
  ]
  const line = (text: string): void => {
    if (text.startsWith('Collecting ')) say(`  ${text}`)
    else if (text.startsWith('Installing collected packages')) say('  Installing them')
  }
  const outcome = await run(python, args, { limitMs: 900_000, line })
  if (outcome.code === 0) return
  throw new Failed('MotoInstallFailed', `pip could not install moto ${MOTO_VERSION}: ${lastLine(outcome)}`, {
    hint: `The same command tries again. By hand: pip install "moto[server]==${MOTO_VERSION}", so that moto_server is on the PATH.`,
  })
}

function noPython(): Failed {
  return new Failed('PythonMissing', 'The local AWS needs Python 3.10 or later, and there is none on the PATH.', {
    hint: GET_PYTHON,
  })
}

function lastLine(outcome: Outcome): string {
  const lines = (outcome.stderr.trim() || outcome.stdout.trim()).split('\n')
  return lines.at(-1) || 'no reason given'
}
