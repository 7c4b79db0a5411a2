import { resolve } from 'node:path'
import { suggestAnswers } from '../config/answers.ts'
import { CONFIG_FILE } from '../config/names.ts'
import { saveConfig } from '../config/save.ts'
import type { Output } from '../config/wizard/ask.ts'
import { askConfig } from '../config/wizard.ts'
import { renderConfig } from '../config/write.ts'

/** The wizard: asks, and writes the config here. Returns where. */
export async function firstConfig(region: string | undefined, output: Output): Promise<string> {
  const suggested = suggestAnswers({ dir: process.cwd(), env: process.env })
  const config = await askConfig({ given: { region }, suggested, env: process.env, output })
  const path = resolve(CONFIG_FILE)
  const hint = 'Write it elsewhere with `ecom-infra init --out FILE`, and name it with -c.'
  saveConfig(path, renderConfig(config, path), { overwrite: false, hint })
  return path
}
