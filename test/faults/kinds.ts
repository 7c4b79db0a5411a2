import { killed } from './kill.ts'
import { lost } from './lost.ts'
import { signalled } from './signal.ts'
import { storm } from './storm.ts'
import type { Kind } from './trial.ts'
import { weather } from './weather.ts'

/** Every kind of fault that is tried, in the order of the table. */
export const KINDS: readonly Kind[] = [...killed, ...lost, signalled, storm, weather]
