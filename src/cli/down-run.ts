import { type DownOptions, type DownOutcome, down } from '../app/down.ts'
import { typicalSeconds } from '../app/estimate.ts'
import type { Farewells } from '../app/farewells.ts'
import type { Observation } from '../app/observe.ts'
import type { Session } from '../app/session.ts'
import { EXIT, type ExitCode, Interrupted } from '../engine/errors.ts'
import type { Layer } from '../engine/graph.ts'
import { summary } from '../engine/plan.ts'
import type { Address } from '../engine/ref.ts'
import type { Plan } from '../engine/steps.ts'
import { downDocument } from '../report/down-document.ts'
import { downPlanText } from '../report/down-text.ts'
import { planDocument } from '../report/plan-document.ts'
import { receiptText } from '../report/receipt-text.ts'
import { StackRun } from './stack-run.ts'
import { type Done, exitOf, IDLE, type Stage } from './stage.ts'

interface Told {
  readonly farewells: Farewells
  readonly seen: Observation
  readonly deleteData: boolean
}

/** One run of `down`, from the first look to the receipt. */
export class DownRun extends StackRun {
  readonly #agree: DownOptions['agree']
  #layers: ReadonlyMap<Address, Layer> = new Map()

  constructor(session: Session, { agree, ...stage }: Stage & Pick<DownOptions, 'agree'>) {
    super(session, stage)
    this.#agree = agree
  }

  async go(options: Omit<DownOptions, 'agree' | 'shown'>): Promise<Done> {
    try {
      const outcome = await down(this.session, {
        ...options,
        agree: async (plan) => {
          await this.asking(() => this.#agree(plan))
          this.watch(this.#layers)
        },
        shown: (plan, farewells, seen) => this.#show(plan, { farewells, seen, deleteData: options.deleteData }),
      })
      await this.rest()
      return options.dryRun ? this.#planned(outcome) : this.#done(outcome)
    } finally {
      await this.rest()
    }
  }

  async #show(plan: Plan, { farewells, seen, deleteData }: Told): Promise<void> {
    const layers = new Map([...seen.wanted.nodes.values()].map(({ address, layer }) => [address, layer]))
    this.#layers = layers
    const seconds = typicalSeconds(plan, seen.memory)
    await this.write((style) => downPlanText({ ...this.target, plan, layers, farewells, deleteData, seconds }, style))
    // Where nobody is asked, nothing else begins to draw again.
    if (plan.steps.length === 0) this.watch(layers)
  }

  #planned({ plan, farewells }: DownOutcome): Done {
    const exit = summary(plan).blocked > 0 ? EXIT.refused : EXIT.ok
    return { document: planDocument(this.target, plan, farewells), text: '', exit }
  }

  #done(outcome: DownOutcome): Done {
    const { stack } = this.session
    const document = downDocument({ ...this.account, ...outcome, stack, result: outcome.result ?? IDLE })
    return { document, text: receiptText(document, this.style), exit: codeOf(outcome) }
  }
}

/** An interrupt counts before what was found until then, and what nobody could look at is not proved. */
function codeOf({ result, leftovers, unchecked }: DownOutcome): ExitCode {
  if (result?.stopped instanceof Interrupted) return result.stopped.exit
  if (leftovers.length > 0) return EXIT.leftovers
  return unchecked.length > 0 ? EXIT.failed : exitOf(result)
}
