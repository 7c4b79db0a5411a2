import { type DownOptions, type DownOutcome, down } from '../app/down.ts'
import { typicalSeconds } from '../app/estimate.ts'
import type { Farewells } from '../app/farewells.ts'
import type { Observation } from '../app/observe.ts'
import type { Session } from '../app/session.ts'
import { explain } from '../aws/explain.ts'
import { pace } from '../aws/wait.ts'
import { EXIT, type ExitCode } from '../engine/errors.ts'
import type { Layer } from '../engine/graph.ts'
import { summary } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Plan } from '../engine/steps.ts'
import { downDocument } from '../report/down-document.ts'
import { downPlanText } from '../report/down-text.ts'
import { planDocument } from '../report/plan-document.ts'
import { receiptText } from '../report/receipt-text.ts'
import { makeView } from '../ui/view.ts'
import { type Done, exitOf, IDLE, type Stage } from './stage.ts'

type Layers = ReadonlyMap<Address, Layer>

/** One run of `down`, from the first look to the receipt. */
export class DownRun {
  readonly #session: Session
  readonly #stage: Stage & Pick<DownOptions, 'agree'>
  #layers: Layers = new Map()
  /** Milliseconds for which a person thought it over. */
  #asked = 0
  #view: ReturnType<typeof makeView>

  constructor(session: Session, stage: Stage & Pick<DownOptions, 'agree'>) {
    this.#session = session
    this.#stage = stage
    this.#view = this.#watch()
  }

  async go(options: Omit<DownOptions, 'agree' | 'shown'>): Promise<Done> {
    try {
      const outcome = await down(this.#session, {
        ...options,
        agree: async (plan) => {
          const before = performance.now()
          await this.#stage.agree(plan)
          this.#asked += performance.now() - before
          this.#view = this.#watch()
        },
        shown: (plan, farewells, seen) => this.#show(plan, farewells, seen),
      })
      await this.#view.close()
      return options.dryRun ? this.#planned(outcome) : this.#done(outcome)
    } finally {
      await this.#view.close()
    }
  }

  #watch() {
    const view = makeView({ ...this.#stage, layers: this.#layers, pace: pace() })
    this.#stage.listen((event) => view.emit(event))
    return view
  }

  async #show(plan: Plan, farewells: Farewells, seen: Observation): Promise<void> {
    await this.#view.close()
    this.#layers = new Map([...seen.wanted.nodes.values()].map(({ address, layer }) => [address, layer]))
    const { color, out } = this.#stage
    const seconds = typicalSeconds(plan, seen.memory)
    const report = { ...this.#target, plan, layers: this.#layers, farewells, seconds }
    out.write(`${downPlanText(report, { color, width: out.columns })}\n`)
  }

  get #target() {
    const { stack, identity, loaded } = this.#session
    return { stack, account: identity.account, region: loaded.config.region }
  }

  #planned({ plan }: DownOutcome): Done {
    const exit = summary(plan).blocked > 0 ? EXIT.refused : EXIT.ok
    return { document: planDocument(this.#target, plan), text: '', exit }
  }

  #done({ result, leftovers, kept, checked }: DownOutcome): Done {
    const { stack, meter } = this.#session
    const document = downDocument({
      ...{ stack, result: result ?? IDLE, leftovers, kept, checked, apiCalls: meter.calls },
      explain: (error, context) => explain(error, { ...context, ...this.#session.connection }),
      durationMs: performance.now() - this.#stage.began - this.#asked,
    })
    const { color, out } = this.#stage
    const exit: ExitCode = leftovers.length > 0 ? EXIT.leftovers : exitOf(result)
    return { document, text: receiptText(document, { color, width: out.columns }), exit }
  }
}
