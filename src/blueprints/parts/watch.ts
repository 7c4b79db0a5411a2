import type { Handle } from '../../engine/graph.ts'
import { type LogGroupOut, logGroup } from '../../resources/logs/log-group.ts'
import type { Draft } from '../blueprint.ts'

export interface WebLogs {
  readonly names: { readonly access: string; readonly error: string; readonly system: string }
  readonly groups: readonly Handle<LogGroupOut>[]
}

/** The web servers' log groups, made before the servers: an agent would make them itself, and keep them for ever. */
export function webLogs({ graph, config, stack }: Draft): WebLogs {
  const watch = graph.layer('Watch')
  const name = (what: string) => `/ecom-infra/${stack}/web/${what}`
  const names = { access: name('access'), error: name('error'), system: name('system') }
  const groups = Object.entries(names).map(([what, full]) =>
    watch.add(logGroup, `web-${what}`, { name: full, retentionDays: config.monitoring.logRetentionDays }),
  )
  return { names, groups }
}
