import { typicalSeconds } from '../app/estimate.ts'
import type { Session } from '../app/session.ts'
import { isIdle, type UpOptions, type UpOutcome, up } from '../app/up.ts'
import { notYet } from '../config/schema.ts'
import { EXIT } from '../engine/errors.ts'
import { summary } from '../engine/plan.ts'
import type { Plan } from '../engine/steps.ts'
import { planDocument } from '../report/plan-document.ts'
import { planText } from '../report/plan-text.ts'
import { preflightText } from '../report/preflight-text.ts'
import { upDocument } from '../report/up-document.ts'
import { upText } from '../report/up-text.ts'
import { shellQuoted } from '../text/quoted.ts'
import { StackRun } from './stack-run.ts'
import { type Done, exitOf, IDLE, type Stage } from './stage.ts'

type Wishes = Omit<UpOptions, 'agree' | 'shown'>

/** Where a plan is kept, and by which version of the tool. */
interface Keeping {
  readonly file: string
  readonly version: string
  /** Flags that lead a later command to the same AWS. */
  readonly where: string
}

/** One run of `up`, from the first look to the last word. */
export class UpRun extends StackRun {
  readonly #agree: UpOptions['agree']

  constructor(session: Session, { agree, ...stage }: Stage & Pick<UpOptions, 'agree'>) {
    super(session, stage)
    this.#agree = agree
  }

  async go(options: Wishes, keep: Keeping | null = null): Promise<Done> {
    for (const field of notYet(this.session.loaded.given))
      this.session.say(`note: ${field} has no effect in this version yet`)
    try {
      const outcome = await up(this.session, {
        ...options,
        agree: async (plan) => {
          const yes = await this.asking(() => this.#agree(plan))
          this.watch(layersOf(plan))
          return yes
        },
        shown: (plan, memory) => this.#show(plan, typicalSeconds(plan, memory)),
      })
      await this.rest()
      return options.dryRun ? await this.#planned(outcome, options, keep) : this.#done(outcome)
    } finally {
      await this.rest()
    }
  }

  async #show(plan: Plan, seconds: number): Promise<void> {
    await this.write((style) => planText({ ...this.target, plan, seconds }, style))
    // Where nobody is asked, nothing else begins to draw again.
    if (isIdle(plan)) this.watch(layersOf(plan))
  }

  async #planned({ plan, unfit: found }: UpOutcome, wishes: Wishes, keep: Keeping | null): Promise<Done> {
    const unfit = found.map((one) => ({ ...one, hint: this.located(one.hint) }))
    const document = { ...planDocument(this.target, plan), ...(unfit.length > 0 ? { preflight: unfit } : {}) }
    if (summary(plan).blocked > 0 || unfit.length > 0) {
      const why = unfit.length > 0 ? [preflightText(unfit, this.style)] : []
      const unsaved = keep
        ? [`It ${unfit.length > 0 ? 'would fail' : 'is blocked'}, so ${keep.file} was not written.`]
        : []
      return { document, text: [...why, ...unsaved].join('\n'), exit: EXIT.refused }
    }
    if (keep === null) return { document, text: '', exit: EXIT.ok }
    await this.#save(plan, wishes, keep)
    const text = `The plan is in ${keep.file}. \`ecom-infra up --plan ${shellQuoted(keep.file)}${keep.where}\` applies it while AWS is as it is now.`
    return { document: { ...document, savedTo: keep.file }, text, exit: EXIT.ok }
  }

  async #save(plan: Plan, { consent, targets, refreshImage }: Wishes, { file, version }: Keeping): Promise<void> {
    const { savedPlan } = await import('../app/saved-plan.ts')
    const { writePlan } = await import('../app/plan-file.ts')
    const { adopt, replace, deleteData } = consent
    const allowed = { adopt: [...adopt], replace: [...replace], deleteData, refreshAmi: refreshImage }
    const draft = { ...this.target, config: this.session.loaded.given, consent: allowed, targets }
    await writePlan(file, savedPlan(draft, plan, { version, at: new Date() }))
  }

  #done({ plan, result, outputs }: UpOutcome): Done {
    const { stack } = this.session
    const document = upDocument({ ...this.account, stack, plan, result: result ?? IDLE, outputs })
    return { document, text: upText(document, this.style), exit: exitOf(result) }
  }
}

/** What is going to be shown: only what changes. */
const layersOf = ({ steps }: Plan) =>
  new Map(
    steps.flatMap(({ address, layer, action }) => (layer && action !== 'none' ? [[address, layer] as const] : [])),
  )
