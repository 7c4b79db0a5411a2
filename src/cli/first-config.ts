import { resolve } from 'node:path'
import { suggestAnswers } from '../config/answers.ts'
import { CONFIG_FILE } from '../config/names.ts'
import { saveConfig } from '../config/save.ts'
import { askConfig } from '../config/wizard.ts'
import { renderConfig } from '../config/write.ts'

/** Asks for what has no default and writes the config here. Returns where. */
export async function firstConfig(region: string | undefined, output: NodeJS.WritableStream): Promise<string> {
  const suggested = suggestAnswers({ dir: process.cwd(), env: process.env })
  const config = await askConfig({ given: { region }, suggested, output })
  const path = resolve(CONFIG_FILE)
  saveConfig(path, renderConfig(config, path), { overwrite: false })
  return path
}
