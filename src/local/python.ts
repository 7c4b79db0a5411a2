import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isCode } from './files.ts'

/** What a program said and how it ended. `code` is null when it could not be started or was killed. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, or to a time limit. Never throws for what the program itself does. */
export function run(
  file: string,
  args: readonly string[],
  options: { limitMs: number; line?: (line: string) => void },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.limitMs,
      windowsHide: true,
    })
    let stdout = ''
    let stderr = ''
    let partial = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      const lines = (partial + chunk).split('\n')
      partial = lines.pop() ?? ''
      for (const line of lines) options.line?.(line)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', (error) => resolve({ code: null, stdout, stderr: stderr + error.message }))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Every file of these names on the PATH that may be executed, in the PATH's order. */
export function onPath(...names: readonly string[]): readonly string[] {
  const endings = process.platform === 'win32' ? ['.exe', '.bat', '.cmd'] : ['']
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  return directories.flatMap((directory) =>
    names.flatMap((name) => endings.map((ending) => join(directory, name + ending))).filter(isExecutable),
  )
}

/** Whether this is a file that may be executed. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch (error) {
    if (isCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return false
    throw error
  }
}

/** The first Python on the PATH that really runs and is new enough: shims of version managers exist and fail. */
export async function findPython(): Promise<string | null> {
  const check = 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else 1)'
  for (const candidate of onPath('python3', 'python')) {
    const outcome = await run(candidate, ['-c', check], { limitMs: 20_000 })
    if (outcome.code === 0) return candidate
  }
  return null
}
