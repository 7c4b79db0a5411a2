#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The majors and minors of `engines`: `^22.22.2 || ^24.15.0 || >=26.0.0`. */
const fits = (version, range) =>
  range.split('||').some((part) => {
    const [, sign, least] = /(\^|>=)\s*([\d.]+)/.exec(part.trim()) ?? []
    const [major, minor, patch] = version.split('.').map(Number)
    const [wantMajor, wantMinor, wantPatch] = (least ?? '').split('.').map(Number)
    if (major !== wantMajor) return sign === '>=' && major > wantMajor
    return minor !== wantMinor ? minor > wantMinor : patch >= wantPatch
  })

if (!fits(process.versions.node, own.engines.node)) {
  startAgain()
} else if (process.argv.length === 3 && ['--version', '-v'].includes(process.argv[2] ?? '')) {
  console.log(`${own.name}/${own.version} ${process.platform}-${process.arch} node-${process.versions.node}`)
} else {
  endWithParent()
  // Whoever listens by himself, and ends in order, takes this away: until then nothing has been begun.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.on(signal, function endAtOnce() {
      process.exit(code)
    })
  // Room for young objects that never grows: the answers of a run are short-lived, and a third of its memory was this.
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--semi-space-growth-factor=1')
  const { enableCompileCache } = await import('node:module')
  enableCompileCache?.()
  // The SDK warns about Node versions that it will leave behind: that is ours to decide, in `engines`.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  // A command that does not exist is a usage error like any other; oclif's plugin for it ends as a shell does.
  process.once('exit', (code) => {
    if (code !== 127) return
    process.exitCode = 2
    if (process.argv.includes('--json')) console.log(JSON.stringify(unknownCommand(), null, 2))
  })
  // All is done and written by then. Left to itself, Node takes its handles apart one by one, and may spin there for
  // ever where a connection was reset (Environment::CleanupHandles, seen with Node 24.21).
  process.once('beforeExit', () => process.exit())
  const { execute } = await import('@oclif/core')
  // Not awaited: its last flush never ends when whoever read our output has gone, and Node would end with 13.
  void execute({ dir: import.meta.url })
}

/** The document of `ecom-infra/error/1`: nobody else is there to write it. */
function unknownCommand() {
  const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))
  return {
    schema: 'ecom-infra/error/1',
    code: 'Usage',
    message: `${words.join(' ')} is not a command of ecom-infra.`,
    ...{ address: null, awsCode: null, requestId: null },
    hint: 'Run `ecom-infra help` for what there is.',
  }
}

/** A clone carries its own Node; elsewhere the user has to bring one. */
function startAgain() {
  const node = join(root, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(node)) {
    console.error(
      `ecom-infra needs Node ${own.engines.node}; this is ${process.versions.node}. Get one at https://nodejs.org.`,
    )
    process.exit(2)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  // What is meant for this process is meant for the one that works: it saves, unlocks, and then this one ends as it did.
  const handed = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']
  for (const signal of handed) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const each of handed) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}

/** A process that was started by another of ours must not go on building when that one has been killed. */
function endWithParent() {
  if (process.channel === undefined) return
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel.unref()
}
