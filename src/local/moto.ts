import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failed } from '../engine/errors.ts'
import { installMoto } from './install.ts'
import { isExecutable, onPath, run } from './python.ts'

/** A Python in which moto's server can be run. */
export interface Moto {
  readonly python: string
  readonly version: string
}

const OLDEST = [5, 2]
/** `moto.server` is importable only with the extra `server`, so this answers both questions at once. */
const PROBE =
  'import json, sys, moto, moto.server; print(json.dumps({"python": sys.executable, "version": moto.__version__}))'

/** The moto that is there, or the one that is installed for us, once. */
export async function findMoto(say: (line: string) => void): Promise<Moto> {
  for (const script of onPath('moto_server')) {
    const moto = await motoOf(script)
    if (moto === null) say(`${script} does not work: not used.`)
    else if (isRecent(moto.version)) return moto
    else say(`${script} is moto ${moto.version}, and ${OLDEST.join('.')} is needed: not used.`)
  }
  const python = await installMoto(say)
  const moto = await probe(python)
  if (moto !== null) return moto
  throw new Failed('MotoBroken', `The moto that was installed with ${python} does not start.`, {
    hint: `Delete ${dirname(dirname(python))}, and run the command again.`,
  })
}

/** The Python behind a `moto_server`: named in its first line, or, behind a shim or on Windows, its neighbour. */
async function motoOf(script: string): Promise<Moto | null> {
  const named = /^#!\s*(\S*python[\d.]*)\s*$/.exec(firstLine(script))?.[1]
  const directory = dirname(script)
  const neighbours = ['python3', 'python', 'python.exe', join('..', 'python.exe')].map((name) => join(directory, name))
  const candidates = named === undefined ? neighbours : [named]
  for (const python of candidates.filter(isExecutable)) {
    const moto = await probe(python)
    if (moto !== null) return moto
  }
  return null
}

async function probe(python: string): Promise<Moto | null> {
  const outcome = await run(python, ['-c', PROBE], { limitMs: 60_000 })
  const line = outcome.stdout.trim().split('\n').at(-1) ?? ''
  if (outcome.code !== 0 || !line.startsWith('{')) return null
  return JSON.parse(line) as Moto
}

function firstLine(path: string): string {
  const buffer = Buffer.alloc(512)
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, buffer, 0, buffer.length, 0)
    return buffer.toString('latin1', 0, length).split('\n')[0] ?? ''
  } finally {
    closeSync(file)
  }
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}
