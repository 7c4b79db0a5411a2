import { join } from 'node:path'
import type { Hook } from '@oclif/core'

/**
 * After `autocomplete` has written its scripts, puts our own in the place of the one for bash: that one knows flags
 * only right behind the command, and takes away bash's completion of files.
 */
const hook: Hook<'postrun'> = async ({ Command, config }) => {
  if (Command.id !== 'autocomplete') return
  const { bashCompletion } = await import('./bash-completion.ts')
  const file = join(config.cacheDir, 'autocomplete', 'functions', 'bash', `${config.bin}.bash`)
  const { writeText } = await import('../files/write.ts')
  writeText(file, bashCompletion(config.bin, config.commands))
}

export default hook
