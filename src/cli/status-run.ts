import type { Session } from '../app/session.ts'
import { standing } from '../app/status.ts'
import { pace } from '../aws/wait.ts'
import { notYet } from '../config/schema.ts'
import { EXIT } from '../engine/errors.ts'
import { runNote } from '../report/run-note.ts'
import { statusOf } from '../report/status.ts'
import { statusDocument } from '../report/status-document.ts'
import { statusText } from '../report/status-text.ts'
import { makeView } from '../ui/view.ts'
import type { Done, Stage } from './stage.ts'

/** Looks, and tells what it saw. */
export async function showStatus(session: Session, stage: Stage, flags: string): Promise<Done> {
  const view = makeView({ ...stage, layers: new Map(), pace: pace() })
  stage.listen((event) => view.emit(event))
  const { plan, health, outputs, notes, holder, unknown } = await standing(session).finally(() => view.close())
  const idle = notYet(session.loaded.given).map((field) => `${field} has no effect in this version yet`)
  const waiting = [...health]
    .filter(([, { state }]) => state === 'unknown')
    .map(([at, { detail }]) => `${at}: ${detail}`)
  const run = holder ? [runNote(holder.document, holder.dead, flags)] : []
  const document = statusDocument({
    ...{ stack: session.stack, rows: statusOf(plan, health), outputs, notes: [...run, ...notes, ...waiting, ...idle] },
    ...{ apiCalls: session.meter.calls, durationMs: performance.now() - stage.began },
  })
  const style = { color: stage.color, width: stage.out.columns }
  const { region } = session.loaded.config
  const text = statusText(document, { ...style, flags, absentFrom: unknown ? region : null })
  return { document, text, exit: document.verdict === 'in-sync' ? EXIT.ok : EXIT.drift }
}
