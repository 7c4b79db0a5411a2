import type { Ctx } from '../../aws/ctx.ts'
import { bySize, familyOf } from '../../aws/instance-sizes.ts'
import type { Asker, Budget } from '../../aws/preflight-asker.ts'
import { NOT_TO_ITS_END, type Told } from '../../aws/preflight-listing.ts'
import { type DbOffer, dbOffers, type Offering, offerings } from '../../aws/preflight-offers.ts'
import type { Database, Need, Servers } from './need.ts'
import { CLEAR, found, judged, together, unknown, type Verdict } from './verdict.ts'

const EMPTY = 'not known here'

/** Where a type is chosen. What is not found here is named by its address. */
const FIELDS: Readonly<Record<string, string>> = {
  'ec2:instance/bastion': 'bastion.instanceType',
  'autoscaling:group/web': 'web.instanceType',
}

/** Whether AWS sells what is asked for, where it is asked for. */
export function checkOffers(ctx: Ctx, budget: Budget, need: Need): Promise<Verdict> {
  // Of a database, its class and, where there is none such, what there is instead.
  const most = (need.servers.length > 0 ? 1 : 0) + 2 * need.databases.length
  return budget.spend(most, (asker) => judgeOffers(ctx, asker, need))
}

async function judgeOffers(ctx: Ctx, asker: Asker, { servers, databases }: Need): Promise<Verdict> {
  const [types, ...engines] = await Promise.all([
    servers.length > 0 ? checkServers(ctx, asker, servers) : CLEAR,
    ...databases.map((database) => checkDatabase(ctx, asker, database)),
  ])
  return together([types, ...engines])
}

async function checkServers(ctx: Ctx, asker: Asker, servers: readonly Servers[]): Promise<Verdict> {
  const types = [...new Set(servers.map(({ instanceType }) => instanceType))]
  const what = `where ${types.join(' and ')} ${types.length === 1 ? 'is' : 'are'} offered`
  const enough = (list: readonly Offering[]) => servers.every((one) => missingFor(one, list).length === 0)
  return judged(what, await offerings(ctx, asker, types, enough), (list) =>
    list.items.length === 0 && list.whole
      ? unknown(what, EMPTY)
      : together(servers.map((one) => judgeServers(one, list, ctx.region))),
  )
}

const zonesWith = ({ instanceType }: Servers, list: readonly Offering[]): readonly string[] =>
  list.filter(({ type }) => type === instanceType).map(({ zone }) => zone)

const missingFor = (servers: Servers, list: readonly Offering[]): readonly string[] =>
  servers.zones.filter((zone) => !zonesWith(servers, list).includes(zone))

function judgeServers(servers: Servers, { items: list, whole }: Told<Offering>, region: string): Verdict {
  const { address, instanceType, zones } = servers
  const there = [...zonesWith(servers, list)].sort()
  const missing = missingFor(servers, list)
  if (missing.length === 0) return CLEAR
  if (!whole) return unknown(`where ${instanceType} is offered`, NOT_TO_ITS_END)
  // A group starts its servers where it can.
  if (missing.length < zones.length) {
    const text = `${instanceType} is not offered in ${missing.join(', ')}: ${address} stands in its other zones only`
    return { ...CLEAR, notes: [text] }
  }
  const where = there.length === 0 ? `in ${region}` : `in ${zones.join(', ')}, only in ${there.join(', ')}`
  return found({
    code: 'Offer',
    message: `${instanceType} is not offered ${where}.`,
    field: FIELDS[address] ?? address,
    action: null,
    hint: instead(nearest(instanceType, list, zones)),
  })
}

const instead = (names: readonly string[]): string =>
  names.length === 0 ? 'Choose another.' : `Choose another, for example ${names.join(', ')}.`

/** What the same family has in these zones, else anything. */
function nearest(instanceType: string, list: readonly Offering[], zones: readonly string[]): readonly string[] {
  const here = [...new Set(list.filter(({ zone }) => zones.includes(zone)).map(({ type }) => type))]
  const family = here.filter((type) => familyOf(type) === familyOf(instanceType))
  return (family.length > 0 ? family : here).sort(bySize).slice(0, 5)
}

async function checkDatabase(ctx: Ctx, asker: Asker, database: Database): Promise<Verdict> {
  const { engine, instanceClass } = database
  const what = `whether ${instanceClass} is offered for ${engine} ${database.engineVersion}`
  const enough = (offers: readonly DbOffer[]) => fitting(database, offers).length > 0
  const answer = await dbOffers(ctx, asker, { engine, instanceClass, enough })
  if (!('value' in answer)) return unknown(what, answer.why)
  const { items, whole } = answer.value
  if (items.length > 0) return judgeDatabase(database, answer.value, ctx.region)
  if (!whole) return unknown(what, NOT_TO_ITS_END)
  // Nothing can be a class that there is not, or an emulator that sells nothing at all.
  const any = { engine, enough: ({ length }: readonly DbOffer[]) => length > 0 }
  return judged(what, await dbOffers(ctx, asker, any), ({ items: offers, whole: all }) => {
    if (offers.length === 0) return unknown(what, all ? EMPTY : NOT_TO_ITS_END)
    return refused(database, 'instanceClass', {
      message: `${instanceClass} is not offered for ${engine} in ${ctx.region}.`,
      instead: classesLike(instanceClass, offers),
    })
  })
}

function classesLike(instanceClass: string, offers: readonly DbOffer[]): readonly string[] {
  const family = (name: string) => name.split('.').slice(0, 2).join('.')
  const all = [...new Set(offers.map((offer) => offer.instanceClass))].sort(bySize)
  const like = all.filter((name) => family(name) === family(instanceClass))
  return (like.length > 0 ? like : all).slice(0, 5)
}

/** What RDS offers on the class, looked at more and more closely: version, storage, zones, standby. */
function judgeDatabase(database: Database, { items: offers, whole }: Told<DbOffer>, region: string): Verdict {
  const { engine, engineVersion, instanceClass, storageType, zones } = database
  if (fitting(database, offers).length > 0) return CLEAR
  const on = `on ${instanceClass}`
  const version = offers.filter((offer) => isOf(offer.engineVersion, engineVersion))
  if (version.length === 0) {
    const message = `${engine} ${engineVersion} is not offered ${on} in ${region}.`
    if (!whole) return unknown(`whether ${engine} ${engineVersion} is offered ${on}`, NOT_TO_ITS_END)
    return refused(database, 'engineVersion', { message, instead: versionsLike(engineVersion, offers) })
  }
  if (!whole) return unknown(`where ${instanceClass} is offered`, NOT_TO_ITS_END)
  const stored = version.filter((offer) => offer.storageType === storageType)
  if (stored.length === 0) {
    return refused(database, 'instanceClass', { message: `${instanceClass} is not offered with ${storageType}.` })
  }
  if (!stored.some((offer) => isIn(offer, zones))) {
    const there = [...new Set(stored.flatMap((offer) => offer.zones))].sort().join(', ')
    const message = `${instanceClass} is not offered in ${zones.join(', ')}, only in ${there}.`
    return refused(database, 'instanceClass', { message })
  }
  return refused(database, 'multiAz', { message: `${instanceClass} is not offered with a standby in another zone.` })
}

/** What has all that is asked for. */
const fitting = ({ engineVersion, storageType, multiAz, zones }: Database, offers: readonly DbOffer[]) =>
  offers.filter(
    (offer) =>
      isOf(offer.engineVersion, engineVersion) &&
      offer.storageType === storageType &&
      isIn(offer, zones) &&
      (offer.multiAz || !multiAz),
  )

const isIn = (offer: DbOffer, zones: readonly string[]): boolean => offer.zones.some((zone) => zones.includes(zone))

/** "16" is any 16; "16.3" is itself. */
const isOf = (version: string, wanted: string): boolean => version === wanted || version.startsWith(`${wanted}.`)

/** Minor versions of the same major one, else the major ones that there are; new ones first. */
function versionsLike(wanted: string, offers: readonly DbOffer[]): readonly string[] {
  const all = [...new Set(offers.map((offer) => offer.engineVersion))]
  const majorOf = (version: string) => version.split('.')[0] ?? version
  const minors = all.filter((version) => majorOf(version) === majorOf(wanted))
  const names = minors.length > 0 ? minors : [...new Set(all.map(majorOf))]
  return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })).slice(0, 5)
}

function refused(
  { address }: Database,
  field: 'instanceClass' | 'engineVersion' | 'multiAz',
  told: { readonly message: string; readonly instead?: readonly string[] },
): Verdict {
  return found({
    code: 'Offer',
    message: told.message,
    field: address === 'rds:instance/main' ? `database.${field}` : `${address} ${field}`,
    action: null,
    hint: instead(told.instead ?? []),
  })
}
