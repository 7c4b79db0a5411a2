import mime from 'mime'

/** What a file is, told by its name. Text is UTF-8: without a word of it browsers guess, and guess wrong. */
export function contentTypeOf(key: string): string {
  const type = mime.getType(key) ?? 'application/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
