/** Nothing of ours is deeper; what is would break those who walk through it. */
const DEEPEST = 100

/** Reads JSON that somebody else may have written. Throws `SyntaxError` for what is none, or is nested too deeply. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new SyntaxError(`It is nested more than ${DEEPEST} deep.`)
  return JSON.parse(text)
}

/** Brackets that are open at once. What stands between quotes opens nothing. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfString(text, at)
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    if (char === ']' || char === '}') depth--
  }
  return deepest
}

/** Where the closing quote is. What a backslash stands before does not close. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
