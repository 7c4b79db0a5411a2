import type { Answer, Asker } from './preflight-asker.ts'

/** Why something is unknown whose list AWS tells in more pages than there are calls for. */
export const NOT_TO_ITS_END = 'not told to the end'

/** A list, as far as it was told. */
export interface Told<Item> {
  readonly items: readonly Item[]
  /** False: there are more, and what is missing here may be among them. */
  readonly whole: boolean
}

interface Listing<Page, Item> {
  readonly page: (token: string | undefined) => Promise<Page>
  readonly items: (page: Page) => readonly Item[] | undefined
  readonly next: (page: Page) => string | undefined
  /** Whether more of them would tell nothing new. */
  readonly enough?: (items: readonly Item[]) => boolean
}

/** Page after page, as long as there are calls for it. AWS may cut any page short, whatever size was asked for. */
export async function told<Page, Item>(asker: Asker, listing: Listing<Page, Item>): Promise<Answer<Told<Item>>> {
  const { page, items, next, enough = () => false } = listing
  const first = await asker.ask(() => page(undefined))
  if (!('value' in first)) return first
  const list = [...(items(first.value) ?? [])]
  let token = next(first.value)
  while (token && !enough(list)) {
    const from = token
    const more = await asker.further(() => page(from))
    if (!('value' in more)) break
    list.push(...(items(more.value) ?? []))
    token = next(more.value)
  }
  return { value: { items: list, whole: !token } }
}
