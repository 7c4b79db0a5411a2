import { relative, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.ts'
import type { Answers, Given } from '../config/answers.ts'
import { AVAILABLE_BLUEPRINTS, CONFIG_FILE } from '../config/names.ts'
import type { Config } from '../config/schema.ts'
import type { Output } from '../config/wizard/ask.ts'
import { Declined, Refused } from '../engine/errors.ts'

/** What a run of `init` is told, once the flags are read. */
interface Wishes {
  readonly out: string
  readonly given: Given
  readonly suggested: Answers
  readonly defaults: boolean
  readonly mayAsk: boolean
  /** Questions go to stderr when stdout carries a document. */
  readonly output: Output
}

export default class Init extends BaseCommand {
  static override summary = 'Write a config file: asks, suggests, shows all the answers. Touches nothing in AWS.'

  static override examples = [
    {
      description: 'Be asked, look at the answers, have ecom-infra.yaml',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'Ask nothing',
      command: '<%= config.bin %> <%= command.id %> --defaults --name shop --region eu-central-1',
    },
    {
      description: 'A second environment beside the first',
      command: '<%= config.bin %> <%= command.id %> --name shop --environment prod --out prod.yaml',
    },
  ]

  static override flags = {
    blueprint: Flags.string({ description: `what to build: ${AVAILABLE_BLUEPRINTS.join(', ')}`, helpValue: 'NAME' }),
    name: Flags.string({
      description: "goes into every resource's name (default: the directory's name)",
      helpValue: 'NAME',
    }),
    environment: Flags.string({
      description: 'which one of several, as dev, test or prod (default: dev)',
      helpValue: 'NAME',
    }),
    region: Flags.string({ description: 'where it is built (default: AWS_REGION, or us-east-1)', helpValue: 'REGION' }),
    out: Flags.string({ description: 'the file to write', default: CONFIG_FILE, helpValue: 'FILE' }),
    defaults: Flags.boolean({ description: 'take what would be suggested, without asking' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Init)
    const { suggestAnswers } = await import('../config/answers.ts')
    const asked = !flags.defaults && this.mayAsk(flags['no-input'])
    const config = await writeConfig({
      out: resolve(flags.out),
      given: { blueprint: flags.blueprint, name: flags.name, environment: flags.environment, region: flags.region },
      suggested: suggestAnswers({ dir: process.cwd(), env: process.env }),
      defaults: flags.defaults,
      mayAsk: this.mayAsk(flags['no-input']),
      output: this.progress,
    })
    const { stackId } = await import('../config/schema.ts')
    this.log(
      `Wrote ${flags.out}: the stack ${stackId(config)} in ${config.region}. Read it through, then: ecom-infra up`,
    )
    if (!asked) this.log(NOBODY)
    return { schema: 'ecom-infra/init/1', stack: stackId(config), file: resolve(flags.out), config }
  }
}

/** Nobody is let in whom nobody has named: without a person to agree, no address is looked up. */
const NOBODY = 'Nobody may SSH yet: access.sshCidrs says who may, for example [203.0.113.7/32].'

async function writeConfig(wishes: Wishes): Promise<Config> {
  const { isTaken, saveConfig } = await import('../config/save.ts')
  const overwrite = isTaken(wishes.out)
  if (overwrite) await agreeToOverwrite(wishes)
  const config = await decide(wishes)
  const { renderConfig } = await import('../config/write.ts')
  saveConfig(wishes.out, renderConfig(config, wishes.out), { overwrite })
  return config
}

/** Asked first: nobody answers all the questions to learn that it was for nothing. */
async function agreeToOverwrite({ out, mayAsk, output }: Wishes): Promise<void> {
  if (!mayAsk) {
    throw new Refused('FileExists', `${out} is there already, and is not overwritten without asking.`, {
      hint: 'Give another place with --out FILE, or remove the file first.',
    })
  }
  const { confirm } = await import('../ui/prompts.ts')
  if (!(await confirm(`${out} is there already. Overwrite it?`, { output })))
    throw new Declined(`${out} was left as it is.`)
}

async function decide({ out, given, suggested, defaults, mayAsk, output }: Wishes): Promise<Config> {
  const { answersOver, checkGiven, configFrom, regionVariable, requireAnswers } = await import('../config/answers.ts')
  const variable = given.region === undefined ? regionVariable(process.env) : undefined
  if (defaults) return configFrom(answersOver(given, suggested), variable)
  if (!mayAsk) {
    checkGiven(given)
    return configFrom(requireAnswers(given))
  }
  const { askConfig } = await import('../config/wizard.ts')
  return askConfig({ given, suggested, env: process.env, output, file: relative(process.cwd(), out) })
}
