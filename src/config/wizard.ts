import { Interrupted } from '../engine/errors.ts'
import {
  type Answers,
  checkGiven,
  complaintAbout,
  configFrom,
  type Given,
  knownRegion,
  QUESTIONS,
  type Question,
} from './answers.ts'
import { AVAILABLE_BLUEPRINTS, BLUEPRINTS } from './names.ts'
import { REGIONS } from './regions.ts'
import type { Config } from './schema.ts'

interface Wizard {
  /** What flags have answered; it is not asked again. */
  readonly given: Given
  /** What Enter means. */
  readonly suggested: Answers
  /** Where the questions go: stderr when stdout carries a document. */
  readonly output?: NodeJS.WritableStream | undefined
}

type Prompts = typeof import('@inquirer/prompts')

interface Asking {
  readonly prompts: Prompts
  readonly suggested: string
  readonly context: { readonly output?: NodeJS.WritableStream }
}

/** Asks what is not known yet, one question at a time, each checked as it is answered. */
export async function askConfig({ given, suggested, output }: Wizard): Promise<Config> {
  checkGiven(given)
  const prompts = await import('@inquirer/prompts')
  const context = output === undefined ? {} : { output }
  const answers: { [Q in Question]?: string | undefined } = { ...given }
  for (const question of QUESTIONS) {
    answers[question] ??= await unlessLeft(ASK[question]({ prompts, suggested: suggested[question], context }))
  }
  return configFrom(answers)
}

/** One yes or no, where no is what Enter means. */
export async function askYesNo(message: string, output?: NodeJS.WritableStream): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts')
  return unlessLeft(confirm({ message, default: false }, output === undefined ? {} : { output }))
}

const ASK: { readonly [Q in Question]: (asking: Asking) => Promise<string> } = {
  blueprint: ({ prompts, suggested, context }) =>
    prompts.select(
      { message: 'Blueprint: what to build', choices: BLUEPRINTS.map(blueprintChoice), default: suggested },
      context,
    ),
  name: typed('name', "Name: goes into every resource's name"),
  environment: typed('environment', 'Environment: which one of several, as dev, test or prod'),
  region: ({ prompts, suggested, context }) => {
    const choices = Object.entries(REGIONS).map(([value, { place }]) => ({
      value,
      name: `${value.padEnd(15)} ${place}`,
      short: value,
    }))
    const message = 'Region: where in the world it runs; near its users is fastest'
    return prompts.select({ message, choices, default: knownRegion(suggested), pageSize: 12 }, context)
  },
}

const ABOUT: Readonly<Record<string, string>> = {
  ecommerce: 'network, web servers that scale, load balancer, files, logs',
}

function blueprintChoice(value: string) {
  const description = ABOUT[value] ?? ''
  return AVAILABLE_BLUEPRINTS.some((one) => one === value)
    ? { value, name: value, description }
    : { value, name: value, disabled: '(not in this version)' }
}

function typed(question: Question, message: string) {
  return ({ prompts, suggested, context }: Asking): Promise<string> =>
    prompts.input(
      { message, default: suggested, validate: (value) => complaintAbout(question, value) ?? true },
      context,
    )
}

/** Ctrl-C at a question ends the command as it would anywhere else; nothing has been written. */
async function unlessLeft<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new Interrupted()
    throw error
  }
}
