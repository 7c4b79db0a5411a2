import type { Session } from '../app/session.ts'
import { pushSite } from '../app/site-push.ts'
import { explain } from '../aws/explain.ts'
import { pace } from '../aws/wait.ts'
import { EXIT, type ExitCode, Interrupted } from '../engine/errors.ts'
import { siteDocument } from '../report/site-document.ts'
import { siteText } from '../report/site-text.ts'
import type { Explain } from '../report/types.ts'
import type { SiteFolder } from '../site/folder.ts'
import { transferView } from '../ui/transfer-view.ts'
import { makeView } from '../ui/view.ts'
import type { Done, Stage } from './stage.ts'
import { inWords } from './whereabouts.ts'

export interface SiteWishes {
  readonly remove: boolean
  readonly dryRun: boolean
}

/** Uploads a folder, and tells what became of it. */
export async function runSitePush(
  session: Session,
  stage: Stage,
  { files, leftOut }: SiteFolder,
  wishes: SiteWishes,
): Promise<Done> {
  const looking = makeView({ ...stage, layers: new Map(), pace: pace() })
  stage.listen((event) => looking.emit(event))
  const moving = transferView(stage)
  // What is written to a terminal while it is drawn on is seen afterwards: the drawing itself has to tell.
  session.stop.signal.addEventListener('abort', () => moving.take({ kind: 'stopping' }), { once: true })
  try {
    const outcome = await pushSite(session, {
      ...{ files, ...wishes },
      // Its spinner leaves the screen before anything else is drawn on it.
      begin: () => looking.close(),
      heard: (event) => moving.take(event),
    })
    await Promise.all([looking.close(), moving.close()])
    const tell: Explain = (error, context) =>
      inWords(explain(error, { ...context, ...session.connection }), stage.located)
    const document = siteDocument({
      ...{ stack: session.stack, dryRun: wishes.dryRun, ...outcome, leftOut, explain: tell },
      ...{ apiCalls: session.meter.calls, durationMs: performance.now() - stage.began },
    })
    const text = siteText(document, { color: stage.color })
    return { document, text, exit: exitOf(outcome.stopped, document.failed) }
  } finally {
    await Promise.all([looking.close(), moving.close()])
  }
}

function exitOf(stopped: unknown, failed: number): ExitCode {
  if (stopped instanceof Interrupted) return stopped.exit
  return failed > 0 || stopped !== null ? EXIT.failed : EXIT.ok
}
