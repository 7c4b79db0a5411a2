import type { Session } from '../app/session.ts'
import { explain } from '../aws/explain.ts'
import { pace } from '../aws/wait.ts'
import { beforeAnyChange } from '../engine/errors.ts'
import type { Explain, Target, TextOptions } from '../report/types.ts'
import { harmlessOutput } from '../text/harmless.ts'
import { makeView } from '../ui/view.ts'
import type { Stage } from './stage.ts'
import { inWords } from './whereabouts.ts'

type View = ReturnType<typeof makeView>
type Layers = Parameters<typeof makeView>[0]['layers']

/** What a run of `up` and one of `down` have in common: whose platform it is, how it is drawn, and how long it took. */
export abstract class StackRun {
  protected readonly session: Session
  readonly #stage: Stage
  /** Milliseconds for which a person thought it over. */
  #asked = 0
  #view: View

  constructor(session: Session, stage: Stage) {
    this.session = session
    this.#stage = stage
    this.#view = this.#draw(new Map())
  }

  /** Draws anew, with what is going to change. */
  protected watch(layers: Layers): void {
    this.#view = this.#draw(layers)
  }

  /** Ends the drawing; what is written afterwards stands below it. */
  protected rest(): Promise<void> {
    return this.#view.close()
  }

  /** Asks a person. The time that takes is not the run's. */
  protected async asking<T>(ask: () => Promise<T>): Promise<T> {
    const before = performance.now()
    const answer = await ask().catch((error: unknown) => {
      throw beforeAnyChange(error)
    })
    this.#asked += performance.now() - before
    return answer
  }

  /** Writes a plan below what has been drawn. */
  protected async write(textFor: (options: TextOptions) => string): Promise<void> {
    await this.rest()
    this.#stage.out.write(`${harmlessOutput(textFor(this.style))}\n`)
  }

  protected get style(): TextOptions {
    return { color: this.#stage.color, width: this.#stage.out.columns }
  }

  /** With the flags of this run in the commands that a text offers. */
  protected located(text: string): string {
    return this.#stage.located(text)
  }

  protected get target(): Target {
    const { stack, identity, loaded } = this.session
    return { stack, account: identity.account, region: loaded.config.region }
  }

  /** What every last word says of the run itself. */
  protected get account() {
    const tell: Explain = (error, context) =>
      inWords(explain(error, { ...context, ...this.session.connection }), this.#stage.located)
    return {
      explain: tell,
      apiCalls: this.session.meter.calls,
      durationMs: performance.now() - this.#stage.began - this.#asked,
    }
  }

  #draw(layers: Layers): View {
    const view = makeView({ ...this.#stage, layers, pace: pace() })
    this.#stage.listen((event) => view.emit(event))
    return view
  }
}
