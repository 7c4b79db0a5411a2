import { tagsIn } from './raw.ts'

/** Something that stands in an account. */
export interface Thing {
  readonly kind: string
  readonly id: string
  readonly tags: Readonly<Record<string, string>>
  /** What it is made of, without any id: two runs of one config give the same. */
  readonly gist: string
}

type Tags = Parameters<typeof tagsIn>[0]

export const thing = (kind: string, id: string | undefined, tags: Tags, gist = ''): Thing => ({
  ...{ kind, id: id ?? '', tags: tagsIn(tags), gist },
})

/** Of a service that tells tags as a mapping. */
export const recorded = (kind: string, id: string, tags: Record<string, string> | undefined, gist = ''): Thing => ({
  ...{ kind, id, tags: tags ?? {}, gist },
})
