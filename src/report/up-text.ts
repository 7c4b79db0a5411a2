import type { TextOptions } from './types.ts'
import type { UpDocument } from './up-document.ts'

/** What was done, the outputs, and what went wrong. */
export function upText(_document: UpDocument, _options: TextOptions): string {
  return ''
}
