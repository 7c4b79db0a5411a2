import { type Hook, toConfiguredId, ux } from '@oclif/core'
import { nearest } from '../config/suggest.ts'
import { harmlessLine } from '../text/harmless.ts'

/** At a terminal oclif's plugin asks whether another command was meant; elsewhere it tells none, and nobody is asked. */
const hook: Hook<'command_not_found'> = async ({ id, config }) => {
  if (process.stdin.isTTY) return
  const known = config.commands.filter(({ hidden }) => !hidden).map((command) => command.id)
  const near = nearest(id, known)
  if (near !== undefined) ux.stderr(harmlessLine(`Did you mean \`${config.bin} ${toConfiguredId(near, config)}\`?`))
}

export default hook
