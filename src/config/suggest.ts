/** The nearest of the words, when it is near enough that a slip of the hand is likelier than another meaning. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const plain = simplify(word)
  const ranked = words
    .map((candidate) => ({ candidate, distance: editDistance(plain, simplify(candidate)) }))
    .sort((one, other) => one.distance - other.distance)[0]
  if (ranked === undefined || plain === '') return undefined
  return ranked.distance <= Math.max(1, Math.floor(plain.length / 3)) ? ranked.candidate : undefined
}

/** `max_size`, `MaxSize` and `maxSize` are one word spelled by three habits. Cut, so that the distance stays cheap. */
function simplify(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '')
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const letter of from) {
    const next = [(row[0] ?? 0) + 1]
    for (let column = 1; column <= to.length; column++) {
      const swap = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
