import type { Facts } from '../aws/facts.ts'
import { draw } from '../blueprints/index.ts'
import { type Config, stackId } from '../config/schema.ts'
import { pictureOf } from '../report/diagram/diagram.ts'
import type { Drawn } from '../report/diagram/document.ts'
import { svgOf } from '../report/diagram/svg.ts'
import { drawioOf } from '../report/diagram/xml.ts'

/** The picture of what a config builds, in the form that the file's name asks for. Asks AWS nothing. */
export function drawDiagram(config: Config, file: string | null): Drawn {
  const about = { stack: stackId(config), blueprint: config.blueprint, region: config.region }
  const graph = draw(config, symbolicFacts(config.region))
  const picture = pictureOf(graph, about)
  const format = file?.toLowerCase().endsWith('.svg') ? 'svg' : 'drawio'
  const content = format === 'svg' ? svgOf(picture) : drawioOf(picture)
  return { graph, about, picture, format, file, content }
}

/** What a blueprint asks of an account, for a picture that shows none of it but the zones: AWS may letter them otherwise. */
function symbolicFacts(region: string): Facts {
  return {
    ...{ account: '123456789012', partition: 'aws', region, tls: true },
    zones: ['a', 'b', 'c', 'd'].map((letter) => `${region}${letter}`),
    images: { x86_64: 'ami-of-the-day', arm64: 'ami-of-the-day' },
  }
}
