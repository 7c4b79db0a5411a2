import { clean, type Paint } from './style.ts'
import type { Failure } from './types.ts'

/** What failed, AWS's code and message, what it means, what to do next. */
export function failureLines(failure: Failure, paint: Paint): readonly string[] {
  const { message, hint } = failure
  const [head, aws] = [headOf(failure), awsLine(failure)]
  // AWS's words are not told twice, where there are none of ours to add.
  const meaning = message === failure.awsMessage ? [] : clean(message).split('\n')
  const rest = [...(aws === null ? [] : [aws]), ...meaning, ...(hint === null ? [] : clean(hint).split('\n'))]
  if (head !== null) return [`${paint('bad', '✖')} ${head}`, ...rest.map(indented)]
  const [first = '', ...more] = rest
  return [`${paint('bad', '✖')} ${first}`, ...more.map(indented)]
}

const indented = (line: string): string => `  ${line}`

function headOf({ address, action }: Failure): string | null {
  if (address === null && action === null) return null
  return clean(`${[address, action].filter((part) => part !== null).join(': ')} failed`)
}

function awsLine({ awsCode, awsMessage, requestId }: Failure): string | null {
  if (awsCode === null) return null
  const words = awsMessage === null ? awsCode : `${awsCode}: ${awsMessage}`
  return clean(requestId === null ? words : `${words} (request ${requestId})`)
}

/** Failures, and why the run ended. What only echoes the reason of the end is counted, not told again. */
export function troubleBlocks(
  failures: readonly Failure[],
  stopped: Failure | null,
  paint: Paint,
): readonly (readonly string[])[] {
  const own = failures.filter(({ code }) => code !== stopped?.code)
  return [...own.map((failure) => failureLines(failure, paint)), ...(stopped ? [failureLines(stopped, paint)] : [])]
}
