import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

/** For `NODE_OPTIONS`: with it a program writes down, as it ends, the address of every module that it has loaded. */
export const NOTE_LOADED = `--import=${pathToFileURL(import.meta.filename).href}`

const file = process.env.LOADED_FILE
if (file !== undefined) {
  const loaded: string[] = []
  registerHooks({
    load(url, context, next) {
      loaded.push(url)
      return next(url, context)
    },
  })
  process.on('exit', () => writeFileSync(file, loaded.join('\n')))
}
