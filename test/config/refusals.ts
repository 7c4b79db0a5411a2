import { checkConfig, SAMPLE } from '../../src/config/check.ts'
import { placed, problemLine } from '../../src/config/problem.ts'

/** `SAMPLE` with these changes, refused: each problem as it is shown, without its place. */
export function refusals(changes: object): readonly string[] {
  const checked = checkConfig({ ...SAMPLE, ...changes })
  if (checked.ok) return []
  return checked.findings.map((finding) =>
    problemLine(placed(finding, { file: 'x', line: null, column: null })).slice('x  '.length),
  )
}
