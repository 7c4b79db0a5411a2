/** Answers of AWS, taken apart as text: XML and JSON, edited item by item. */

const TAG = /<(\/?)(\w+)[^>]*?(\/?)>/g

/** The elements right inside a piece of XML, each as text. */
function children(xml: string): readonly string[] {
  const found: string[] = []
  let [depth, from] = [0, 0]
  for (const { 1: closing, 3: empty, index, 0: tag } of xml.matchAll(TAG)) {
    if (closing === '' && depth === 0) from = index
    if (closing === '' && empty === '') depth += 1
    if (closing !== '') depth -= 1
    if (depth === 0) found.push(xml.slice(from, index + tag.length))
  }
  return found
}

/** Edits the items of a list in XML, wherever it stands; null takes an item away. No list of AWS's holds one of its name. */
export const editItems = (xml: string, list: string, edit: (item: string) => string | null): string =>
  xml.replaceAll(new RegExp(`(?<=<${list}>).*?(?=</${list}>)`, 'gs'), (inner) =>
    children(inner)
      .flatMap((item) => edit(item) ?? [])
      .join(''),
  )

type Item = string | Readonly<Record<string, unknown>>

/** The same for a list in JSON. */
export function editJson(json: string, list: string, edit: (item: Item) => Item | null): string {
  const document = JSON.parse(json) as Record<string, unknown>
  const items = document[list]
  if (!Array.isArray(items)) return json
  return JSON.stringify({ ...document, [list]: (items as readonly Item[]).flatMap((item) => edit(item) ?? []) })
}

/** What stands in the first element of this name. */
export const textIn = (xml: string, element: string): string | undefined =>
  new RegExp(`<${element}>([^<]+)<`).exec(xml)?.[1]
