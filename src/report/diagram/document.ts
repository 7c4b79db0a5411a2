import type { Graph } from '../../engine/graph.ts'
import type { Picture } from './picture.ts'
import type { About } from './sheet.ts'

/** `diagram --json`. */
export interface DiagramDocument extends About {
  readonly schema: 'ecom-infra/diagram/1'
  readonly format: 'drawio' | 'svg'
  /** Where it was written; null: `content` has it. */
  readonly file: string | null
  readonly content: string | null
  /** Which of the picture's cells stand for a resource. */
  readonly resources: readonly { readonly address: string; readonly cells: readonly string[] }[]
}

export interface Drawn {
  readonly graph: Graph
  readonly about: About
  readonly picture: Picture
  readonly format: 'drawio' | 'svg'
  readonly file: string | null
  readonly content: string
}

export function diagramDocument({ graph, about, picture, format, file, content }: Drawn): DiagramDocument {
  return {
    ...{ schema: 'ecom-infra/diagram/1', ...about, format, file },
    content: file === null ? content : null,
    resources: [...graph.nodes.keys()].map((address) => ({
      address,
      cells: picture.boxes.filter(({ addresses }) => addresses.includes(address)).map(({ id }) => id),
    })),
  }
}
