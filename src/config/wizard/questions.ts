import { alarms, ssh } from './people.ts'
import { PLACE } from './place.ts'
import type { Question } from './question.ts'
import { SIZES_ASKED } from './sizes.ts'

/** In the order in which they are asked. */
export const QUESTIONS: readonly Question[] = [...PLACE, ssh, ...SIZES_ASKED, alarms]
