import { listrView } from './listr-view.ts'
import { plainView } from './plain-view.ts'
import type { View, ViewOptions } from './viewing.ts'

/** On a terminal a drawing, elsewhere a line an event. */
export function makeView(options: ViewOptions): View {
  return options.tty ? listrView(options) : plainView(options)
}
