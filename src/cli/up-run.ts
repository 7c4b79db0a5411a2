import { typicalSeconds } from '../app/estimate.ts'
import type { Session } from '../app/session.ts'
import { type UpOptions, type UpOutcome, up } from '../app/up.ts'
import { explain } from '../aws/explain.ts'
import { pace } from '../aws/wait.ts'
import { notYet } from '../config/schema.ts'
import { EXIT } from '../engine/errors.ts'
import { summary } from '../engine/plan.ts'
import type { Plan } from '../engine/steps.ts'
import { planDocument } from '../report/plan-document.ts'
import { planText } from '../report/plan-text.ts'
import { upDocument } from '../report/up-document.ts'
import { upText } from '../report/up-text.ts'
import { makeView } from '../ui/view.ts'
import { type Done, exitOf, IDLE, type Stage } from './stage.ts'

/** One run of `up`, from the first look to the last word. */
export class UpRun {
  readonly #session: Session
  readonly #stage: Stage & Pick<UpOptions, 'agree'>
  /** Milliseconds for which a person thought it over. */
  #asked = 0
  #view = quiet()

  constructor(session: Session, stage: Stage & Pick<UpOptions, 'agree'>) {
    this.#session = session
    this.#stage = stage
  }

  async go(options: Omit<UpOptions, 'agree' | 'shown'>): Promise<Done> {
    this.#watch(new Map())
    for (const field of notYet(this.#session.loaded.given))
      this.#session.say(`note: ${field} has no effect in this version yet`)
    try {
      const outcome = await up(this.#session, {
        ...options,
        agree: async (plan) => {
          const before = performance.now()
          const yes = await this.#stage.agree(plan)
          this.#asked += performance.now() - before
          this.#watch(layersOf(plan))
          return yes
        },
        shown: (plan, memory) => this.#show(plan, typicalSeconds(plan, memory)),
      })
      await this.#view.close()
      return options.dryRun ? this.#planned(outcome) : this.#done(outcome)
    } finally {
      await this.#view.close()
    }
  }

  #watch(layers: Parameters<typeof makeView>[0]['layers']): void {
    this.#view = makeView({ ...this.#stage, layers, pace: pace() })
    this.#stage.listen((event) => this.#view.emit(event))
  }

  async #show(plan: Plan, seconds: number): Promise<void> {
    // The look's own progress line must be gone before the plan is written below it.
    await this.#view.close()
    const { color, out } = this.#stage
    out.write(`${planText({ ...this.#target, plan, seconds }, { color, width: out.columns })}\n`)
  }

  get #target() {
    const { stack, identity, loaded } = this.#session
    return { stack, account: identity.account, region: loaded.config.region }
  }

  #planned({ plan }: UpOutcome): Done {
    const blocked = summary(plan).blocked > 0
    return { document: planDocument(this.#target, plan), text: '', exit: blocked ? EXIT.refused : EXIT.ok }
  }

  #done({ plan, result, outputs }: UpOutcome): Done {
    const { stack, meter } = this.#session
    const document = upDocument({
      ...{ stack, plan, result: result ?? IDLE, outputs, apiCalls: meter.calls },
      explain: (error, context) => explain(error, { ...context, ...this.#session.connection }),
      durationMs: performance.now() - this.#stage.began - this.#asked,
    })
    const { color, out } = this.#stage
    return { document, text: upText(document, { color, width: out.columns }), exit: exitOf(result) }
  }
}

/** What is going to be shown: only what changes. */
const layersOf = ({ steps }: Plan) =>
  new Map(
    steps.flatMap(({ address, layer, action }) => (layer && action !== 'none' ? [[address, layer] as const] : [])),
  )

/** Before anything is shown there is nobody to tell. */
const quiet = () => ({ emit: () => undefined, close: async () => undefined }) as ReturnType<typeof makeView>
