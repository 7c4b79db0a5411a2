import { readFileSync, realpathSync } from 'node:fs'
import { DOORS, doorsOf } from '../aws/ssh-access.ts'
import { withSshCidr } from '../config/allow.ts'
import { contains, parseCidr } from '../config/cidr.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { saveConfig } from '../config/save.ts'
import { Failed, Interrupted, Refused } from '../engine/errors.ts'
import { isDone, type Result } from '../engine/execute.ts'
import type { Address } from '../engine/ref.ts'
import { NO_CONSENT, type Plan, type Step } from '../engine/steps.ts'
import { narrowed } from '../engine/targets.ts'
import { isFresh, type Observation, observe, planFor, toolsOf } from './observe.ts'
import { lockStack, perform, releaseLock } from './run.ts'
import type { Session } from './session.ts'

/** Who lets an address in to the bastion: the config says so, and AWS does it. */
export interface Standing {
  readonly inConfig: boolean
  /** Null: nothing can be said of it. */
  readonly inAws: boolean | null
}

const isIn = (cidr: string, address: string): boolean => {
  const [outer, inner] = [parseCidr(cidr), parseCidr(`${address}/32`)]
  return outer !== null && inner !== null && contains(outer, inner)
}

/** How an address stands. AWS is asked only where the config names it: two calls. */
export async function standingOf(session: Session, address: string): Promise<Standing> {
  const inConfig = session.loaded.config.access.sshCidrs.some((cidr) => isIn(cidr, address))
  if (!inConfig) return { inConfig, inAws: null }
  const doors = await doorsOf(toolsOf(session).ctx(null, null))
  if (doors === null) return { inConfig, inAws: null }
  const decides = doors.acl.find(({ cidr }) => isIn(cidr, address))
  return { inConfig, inAws: doors.group.some((cidr) => isIn(cidr, address)) && decides?.allow === true }
}

/**
 * Lets an address in: adds it to the config's file, and applies that to the bastion's group and the public ACL alone,
 * as `up --target` of the two would. The file is written under the lock and before AWS is changed, so that there is
 * never a rule that the config lacks; and after the plan, so that a plan that is refused changes nothing.
 */
export async function allowAddress(session: Session, address: string): Promise<void> {
  const wider = widened(session, address)
  const seen = await observe(wider, { changes: true })
  const plan = narrow(wider, seen)
  const held = await lockStack(wider, 'ssh-bastion', seen.loaded)
  try {
    const now = isFresh(seen, held.loaded) ? { seen, plan } : await again(wider, seen)
    write(session.loaded, wider.loaded)
    told(await perform(wider, held, workOf(wider, now)), session)
  } finally {
    await releaseLock(wider, held.lock)
  }
}

/** The session as it is with one more network in its config. */
function widened(session: Session, address: string): Session {
  const { loaded } = session
  if (loaded.config.access.sshCidrs.some((cidr) => isIn(cidr, address))) return session
  if (loaded.path.startsWith('s3:')) {
    throw new Refused(
      'NoConfigFile',
      `${address} can only be added to a config file, and there is none: this stack is known by its id.`,
      {
        hint: 'Give the file with -c. `ecom-infra state pull` has what it was made from.',
      },
    )
  }
  const text = withSshCidr(loaded.text, `${address}/32`)
  return { ...session, loaded: loadConfig(loaded.path, { region: loaded.config.region, read: () => text }) }
}

async function again(session: Session, { memory }: Observation) {
  const seen = await observe(session, { before: memory })
  return { seen, plan: narrow(session, seen) }
}

const isDoor = (address: Address): boolean => (DOORS as readonly string[]).includes(address)

/** The steps of the two doors, and what they stand on as it is. Everything else of the plan waits for `up`. */
function narrow(session: Session, seen: Observation): Plan {
  const consent = { ...NO_CONSENT, protect: session.loaded.config.protect }
  const { steps } = narrowed(planFor(session, seen, seen.wanted, consent), DOORS)
  const chosen = steps.filter(({ action }) => action !== 'delete')
  const doors = chosen.filter(({ address }) => isDoor(address))
  const odd = chosen.find((step) => !isUsual(step, seen))
  if (doors.length !== DOORS.length || odd !== undefined) throw notNow(odd)
  return { steps: chosen.map((step): Step => (isDoor(step.address) ? step : { ...step, ...AS_IT_IS })) }
}

const AS_IT_IS = { action: 'none', changes: [], older: [], reason: null } as const

/** There, ours, and to be changed in place at most; and known to the record, which would else know these alone. */
function isUsual({ address, action, live, older }: Step, { memory }: Observation): boolean {
  const calm = isDoor(address) ? action === 'update' || action === 'none' : live?.ours === true
  return calm && older.length === 0 && memory.resources.has(address)
}

function notNow(odd: Step | undefined): Refused {
  const what =
    odd === undefined ? 'a part of it is not there' : `${odd.address}: ${odd.reason ?? 'it is not as it was made'}`
  return new Refused('NotInLine', `The stack is too far from its config to let an address in: ${what}.`, {
    address: odd?.address,
    hint: 'Run `ecom-infra up` first, then the same command again. Nothing was changed.',
  })
}

/** What was planned for one text of the file is not applied to another. */
function write(before: LoadedConfig, after: LoadedConfig): void {
  if (before.text === after.text) return
  if (readFileSync(before.path, 'utf8') !== before.text) {
    throw new Refused('ConfigChanged', `${before.path} has been changed meanwhile.`, {
      hint: 'Run the same command again. Nothing was changed.',
    })
  }
  const hint = 'Let it be written, or add the address to access.sshCidrs where it comes from. Nothing was changed.'
  saveConfig(realpathSync(before.path), after.text, { overwrite: true, hint })
}

function workOf(session: Session, { seen, plan }: { readonly seen: Observation; readonly plan: Plan }) {
  const { access } = session.loaded.config
  return {
    ...{ plan, graph: seen.wanted, memory: seen.memory, deleteData: false, at: new Date(), concurrency: 4 },
    ...{ command: 'ssh-bastion', seal: null, erase: () => false },
    // The rest of the config may not have been applied yet.
    scope: { of: 'setting', applied: (before: object) => ({ ...before, access }) } as const,
  }
}

function told(result: Result, session: Session): void {
  if (result.stopped instanceof Interrupted) throw result.stopped
  if (isDone(result)) return
  const failed = result.fates.find(({ outcome }) => outcome === 'failed')
  throw (
    failed?.error ??
    result.stopped ??
    new Failed('NotAllowed', `The address could not be let in to ${session.stack}.`, {
      hint: 'Run `ecom-infra up`: the config names it already.',
    })
  )
}
