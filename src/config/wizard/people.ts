import { complaintAt } from '../judge.ts'
import type { Config } from '../schema.ts'
import { type Now, type Question, typed } from './question.ts'
import { NOBODY } from './words.ts'

const PATH = ['access', 'sshCidrs'] as const

/** Networks with commas or spaces between them. */
const listOf = (text: string): readonly string[] =>
  text === NOBODY ? [] : text.split(/[\s,]+/).filter((one) => one !== '')

const written = ({ access }: Config): string => (access.sshCidrs.length === 0 ? NOBODY : access.sshCidrs.join(', '))

const networks = typed({
  title: 'SSH',
  path: PATH,
  about: () => `IPv4 networks, with commas between them; ${NOBODY} is nobody`,
  meaning: listOf,
  suggest: written,
})

type Whom = 'here' | 'nobody' | 'other'

/** Who may reach the bastion. */
export const ssh: Question = {
  title: 'SSH',
  path: PATH,
  show: ({ access }) => (access.sshCidrs.length === 0 ? 'nobody' : access.sshCidrs.join(', ')),
  ask: async (now) => {
    const { asker, config, again } = now
    const own = await ownNetwork(now)
    if (own === null && !again)
      asker.say('Your public address could not be found: nobody may SSH until you set access.sshCidrs.')
    const whom = await asker.choose<Whom>({
      message: 'SSH: who may reach the bastion, which is the way in to the database',
      choices: [
        ...(own === null ? [] : [{ value: 'here' as const, name: `only from here (${own})`, short: own }]),
        { value: 'nobody', name: 'nobody for now', short: 'nobody', description: 'until you set access.sshCidrs' },
        { value: 'other', name: 'another network…', short: 'another network' },
      ],
      suggested: again ? whomOf(config, own) : undefined,
    })
    if (whom === 'other') return networks.ask(now)
    return whom === 'here' && own !== null ? [own] : []
  },
}

/** The caller's own address as a network, when there is one that the rules would take. */
async function ownNetwork({ config, here }: Now): Promise<string | null> {
  const address = await here()
  const own = address === null ? null : `${address}/32`
  return own === null || complaintAt(config, PATH, [own]) !== null ? null : own
}

function whomOf({ access }: Config, own: string | null): Whom {
  const [first, ...rest] = access.sshCidrs
  if (first === undefined) return 'nobody'
  return first === own && rest.length === 0 ? 'here' : 'other'
}

/** Who hears of alarms. */
export const alarms: Question = typed({
  title: 'Alarm e-mail',
  path: ['monitoring', 'alarmEmail'],
  about: () => `who hears of alarms; ${NOBODY} is nobody`,
  meaning: (text) => (text === '' || text === NOBODY ? null : text),
  suggest: ({ monitoring }) => monitoring.alarmEmail ?? NOBODY,
  show: ({ monitoring }) => monitoring.alarmEmail ?? 'nobody',
})
