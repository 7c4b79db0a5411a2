import type { StatusDocument } from './status-document.ts'
import type { TextOptions } from './types.ts'

export function statusText(_document: StatusDocument, _options: TextOptions): string {
  return ''
}
