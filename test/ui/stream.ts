import { PassThrough } from 'node:stream'

/** A terminal that keeps what is written to it. */
export function fakeTerminal(columns = 100) {
  const stream = Object.assign(new PassThrough(), { columns, rows: 40, isTTY: true }) as unknown as NodeJS.WriteStream
  const written: string[] = []
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  return {
    stream,
    /** Everything that was ever written, without the codes that steer a terminal. */
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
    text: () => written.join('').replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ''),
    raw: () => written.join(''),
  }
}
