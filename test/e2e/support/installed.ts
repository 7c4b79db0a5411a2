import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { findMoto } from '../../../src/local/moto.ts'
import { environment } from '../../support/run-cli.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** A folder that holds nothing but Node: the PATH must not lead into the clone's other programs. */
const NODE_FOLDER = join(ROOT, 'node_modules/node/bin')

export interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[]
}

/** The package, installed as `npm i -g` does it, for a user who has nothing yet. */
export interface Installed {
  readonly packed: Packed
  /** Where the package lies. */
  readonly package: string
  /** An empty working directory outside of the clone. */
  readonly work: string
  readonly env: NodeJS.ProcessEnv
  remove(): void
}

/**
 * Its dependencies are links into the clone, and only those that the package declares, so that one which is missing is
 * missed; with npm itself this would need the network.
 */
export async function installPackage(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), 'ecom-infra-package-'))
  const packed = pack(folder)
  const place = join(folder, 'prefix/lib/node_modules/ecom-infra')
  const paths = { work: join(folder, 'work'), home: join(folder, 'home'), bin: join(folder, 'prefix/bin') }
  for (const path of [place, ...Object.values(paths)]) mkdirSync(path, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', place, '--strip-components=1'])
  linkDependencies(place)
  symlinkSync('../lib/node_modules/ecom-infra/bin/run.js', join(paths.bin, 'ecom-infra'))
  const { python } = await findMoto(() => undefined)
  return {
    packed,
    package: place,
    work: paths.work,
    env: userEnvironment(paths.home, [paths.bin, NODE_FOLDER, dirname(python)]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** `dist` was brought up to date before the tests began, so npm need not build it again. */
function pack(destination: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const said = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const [packed] = Object.values<Packed>(JSON.parse(said))
  if (packed === undefined) throw new Error(`npm packed nothing: ${said}`)
  return packed
}

function linkDependencies(place: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    const link = join(place, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
}

/** No credentials, no settings, an empty home; of the clone, nothing but its Node is on the PATH. */
function userEnvironment(home: string, path: readonly string[]): NodeJS.ProcessEnv {
  const kept = Object.entries(environment({})).filter(([name]) => !/^(AWS_|ECOM_INFRA_|XDG_|npm_)/i.test(name))
  const foreign = (process.env.PATH ?? '').split(delimiter).filter((one) => !one.startsWith(ROOT))
  const PATH = [...path, ...foreign].join(delimiter)
  return { ...Object.fromEntries(kept), HOME: home, PATH, TERM: 'dumb', XDG_STATE_HOME: join(home, 'state') }
}
