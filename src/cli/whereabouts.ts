import type { Problem } from '../engine/errors.ts'
import { shellQuoted } from '../text/quoted.ts'

/** The flags that say which stack is meant, and in which AWS. */
export interface Whereabouts {
  readonly config: string | undefined
  readonly stack: string | undefined
  readonly profile: string | undefined
  readonly region: string | undefined
  readonly 'endpoint-url': string | undefined
  readonly local: boolean
}

/** As they are typed, each behind a space. */
export function flagsOf({ config, stack, profile, region, local, 'endpoint-url': url }: Whereabouts): string {
  const named = { '-c': config, '--stack': stack, '--profile': profile, '--region': region, '--endpoint-url': url }
  const given = Object.entries(named).flatMap(([flag, value]) =>
    value === undefined ? [] : [` ${flag} ${shellQuoted(value)}`],
  )
  return `${local ? ' --local' : ''}${given.join('')}`
}

/** One of our commands between backticks: its words, what is given to it, and whether it is to have a config file. */
const COMMAND = /`ecom-infra((?: [a-z][a-z-]*)+)( [^`]*)?`( with the config file)?/g
/** They go to no stack: one writes a file, the other is of this machine. */
const ELSEWHERE = /^ (init|local)\b/

/**
 * A text with the flags of this run in each command that it offers: without them that one may go to another stack, or
 * from the local AWS to the real one.
 */
export function located(text: string, place: Whereabouts): string {
  return text.replace(COMMAND, (whole, words: string, rest = '', file = '') => {
    if (ELSEWHERE.test(words) || rest === ' --help') return whole
    // All stacks are not one of them; and a config file is given instead of a stack.
    const many = words === ' state stacks' || file !== ''
    return `\`ecom-infra${words}${flagsOf(many ? { ...place, stack: undefined } : place)}${rest}\`${file}`
  })
}

/** The same problem, of the same class, with other words. */
export function inWords(problem: Problem, words: (text: string) => string): Problem {
  const { message, details } = problem
  const hint = details.hint === undefined ? undefined : words(details.hint)
  return Object.create(problem, {
    message: { value: words(message) },
    details: { value: { ...details, hint } },
  }) as Problem
}
