const MARK = '\u{fffd}'

/** What steers a terminal, or lets text read as other than it is: control characters, marks of direction, what is no character. */
const STEERING = '[\\p{Cc}\\p{Cs}\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufffe\\uffff]'
const ANY = new RegExp(STEERING, 'gu')
/** The colours that we paint with, and no other: text that hides is not among them. */
const PAINTED = new RegExp(`(\\u001b\\[(?:1|2|22|3[1235]|39)m)|\\n|${STEERING}`, 'gu')

/** What AWS or a stranger wrote, on the lines that it has. */
export const harmless = (text: string): string => text.replace(ANY, (found) => (found === '\n' ? found : MARK))

/** The same on one line. */
export const harmlessLine = (text: string): string => text.replace(ANY, MARK)

/** What is about to be written to a terminal: the last to look at it, in case nobody has. */
export const harmlessOutput = (text: string): string =>
  text.replace(PAINTED, (found, paint) => (found === '\n' || paint !== undefined ? found : MARK))

/** JSON escapes what ASCII has of them. In a document nothing is lost: the rest is escaped, too. */
export const harmlessJson = (text: string): string =>
  text.replace(ANY, (found) => (found === '\n' ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`))
