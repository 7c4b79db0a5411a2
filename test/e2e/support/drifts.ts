import type { Drift } from './drift.ts'
import { DATA } from './drifts-data.ts'
import { FILES } from './drifts-files.ts'
import { NETWORK } from './drifts-network.ts'
import { SERVERS } from './drifts-servers.ts'
import { WATCH } from './drifts-watch.ts'

/** What strangers do to a stack, and what `status` has to say of it: the drifts of issues 3 and 4, and some more. */
export const DRIFTS: readonly Drift[] = [...NETWORK, ...SERVERS, ...DATA, ...FILES, ...WATCH]
