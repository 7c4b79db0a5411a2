import { checkConfig, checkStored, SAMPLE, withoutDefaults } from '../config/check.ts'
import type { LoadedConfig } from '../config/load.ts'
import { ConfigError, placed } from '../config/problem.ts'
import type { ConfigInput } from '../config/schema.ts'
import { Failed, Refused } from '../engine/errors.ts'
import { manifestKeyOf } from '../state/keys.ts'
import { readManifest } from '../state/load.ts'
import type { Session } from './session.ts'

/** Just enough of a config to open a session for a stack that is only known by its id. */
export function provisional(stack: string, region: string | undefined): LoadedConfig {
  const cut = stack.lastIndexOf('-')
  const [name, environment] = [stack.slice(0, Math.max(cut, 0)), stack.slice(cut + 1)]
  const where = region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION)
  if (where === undefined) {
    throw new Refused('NoRegion', `A stack is known by its region too, and nothing says in which ${stack} is.`, {
      hint: 'Name it with --region.',
    })
  }
  const input: ConfigInput = { name, environment, region: where, blueprint: 'ecommerce' }
  const checked = checkConfig(input)
  if (checked.ok) return { path: '', config: checked.config, given: input, text: '' }
  const file = (field: string) => (field === 'region' ? '--region' : `--stack ${stack}`)
  throw new ConfigError(
    '--stack',
    checked.findings.map((one) => placed(one, { file: file(String(one.path[0])), line: null, column: null })),
    'A stack id is NAME-ENVIRONMENT; `ecom-infra state stacks` lists those of this account and region.',
  )
}

/** Just enough of a config to look at all stacks of a region. */
export const anywhere = (region: string | undefined): LoadedConfig =>
  provisional(`${SAMPLE.name}-${SAMPLE.environment}`, region)

/** The session with the config that the stack was last made from, out of its manifest. */
export async function withStoredConfig(session: Session): Promise<Session> {
  const { store, stack, identity } = session
  const { region } = session.loaded.config
  const manifest = await readManifest(store, stack, { account: identity.account, region }).catch(unusable)
  if (manifest === null) {
    throw new Refused('NoStack', `No state of a stack ${stack} is kept in ${region}, account ${identity.account}.`, {
      hint: '`ecom-infra state stacks` lists what is kept. Where only that was lost: `ecom-infra state rebuild` with the config file writes it anew.',
    })
  }
  const checked = checkStored(manifest.config)
  const path = store.nameOf(manifestKeyOf(stack))
  const text = JSON.stringify(manifest.config, null, 2)
  if (checked.ok)
    return { ...session, loaded: { path, config: checked.config, given: withoutDefaults(checked.config), text } }
  const problems = checked.findings.map((one) => placed(one, { file: path, line: null, column: null }))
  throw new ConfigError(path, problems, 'An older version may have made it: give a config file with -c instead.')
}

/** Where the config was to come from. */
function unusable(problem: unknown): never {
  if (!(problem instanceof Failed)) throw problem
  throw new Refused(problem.code, problem.message, {
    hint: 'Its config is in there too: name a config file with -c instead, then everything is found by names and tags.',
    cause: problem,
  })
}
