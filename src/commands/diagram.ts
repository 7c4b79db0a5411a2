import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.ts'
import { CONFIG_FILE } from '../config/names.ts'
import type { Config } from '../config/schema.ts'
import { Refused } from '../engine/errors.ts'

export default class Diagram extends BaseCommand {
  static override summary = "Draw the architecture as draw.io, in AWS's own shapes. Asks AWS nothing."
  static override description = `The picture is of what the config would build: it needs no account, and shows \
no running state. Without a config it is the blueprint with its defaults.

Without --out the XML goes to stdout. A FILE that ends in .svg becomes a plain \
SVG, for a page that cannot show draw.io. A FILE that exists is replaced.`
  static override examples = [
    {
      description: 'Draw the stack of ecom-infra.yaml; open the file with draw.io (app.diagrams.net)',
      command: '<%= config.bin %> <%= command.id %> --out architecture.drawio',
    },
    {
      description: 'A picture for a page, of another config',
      command: '<%= config.bin %> <%= command.id %> -c prod.yaml --out prod.svg',
    },
    {
      description: 'What is drawn, resource by resource',
      command: "<%= config.bin %> <%= command.id %> --json | jq -r '.resources[].address'",
    },
  ]
  static override flags = {
    config: Flags.string({
      char: 'c',
      description: `the stack's config; default ${CONFIG_FILE}, searched from here upward`,
      helpValue: 'FILE',
    }),
    out: Flags.string({ description: 'the file to write; .svg makes an SVG of it', helpValue: 'FILE' }),
  }

  async run(): Promise<object> {
    const { flags } = await this.parse(Diagram)
    if (flags.out !== undefined && /\.(png|jpe?g|gif|pdf|webp)$/i.test(flags.out)) {
      throw new Refused(
        'Format',
        `${flags.out} would have to be a picture of dots, and this draws draw.io's XML or SVG.`,
        {
          hint: 'Name it .drawio or .svg.',
        },
      )
    }
    const config = await this.configOf(flags.config)
    const { drawDiagram } = await import('../app/diagram.ts')
    const drawn = drawDiagram(config, flags.out ?? null)
    const { about, content } = drawn
    if (flags.out === undefined) this.log(content.trimEnd())
    else {
      const { writeText } = await import('../files/write.ts')
      writeText(flags.out, content)
      this.log(`Wrote ${flags.out}: the blueprint ${about.blueprint} as ${about.stack} in ${about.region}.`)
    }
    const { diagramDocument } = await import('../report/diagram/document.ts')
    return diagramDocument(drawn)
  }

  /** A picture of nothing of yours is still a picture: it says what it is of. */
  private async configOf(named: string | undefined): Promise<Config> {
    const { findConfig, loadConfig } = await import('../config/load.ts')
    const path = findConfig(process.cwd(), named)
    if (path !== null) return loadConfig(path).config
    const { SAMPLE } = await import('../config/check.ts')
    const { configFrom } = await import('../config/answers.ts')
    const config = configFrom(SAMPLE)
    this.tell(`There is no ${CONFIG_FILE} here: this is the blueprint ${config.blueprint} with its defaults.`)
    return config
  }
}
