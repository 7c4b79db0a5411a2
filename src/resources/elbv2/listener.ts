import type { Action, Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import { certificateHealth } from '../../aws/certificates.ts'
import type { Ctx } from '../../aws/ctx.ts'
import { elbPatiently, tagElb } from '../../aws/elb.ts'
import { type Tagged, taggedListeners, taggedLoadBalancers } from '../../aws/elb-listing.ts'
import { unlessGone } from '../../aws/failure.ts'
import { claim, STACK, toPairs } from '../../aws/ownership.ts'
import { required } from '../../aws/required.ts'
import { type Passing, until } from '../../aws/wait.ts'
import { UNKNOWN } from '../../engine/ref.ts'
import type { Asked, Found, Health, ResourceType } from '../../engine/resource.ts'

export type ListenerAction =
  | { readonly type: 'forward'; readonly targetGroupArn: string }
  | {
      readonly type: 'redirect'
      readonly protocol: string
      readonly port: string
      readonly status: 'HTTP_301' | 'HTTP_302'
    }
  /** Only ever read: what a stranger has put there, in AWS's words. */
  | { readonly type: 'other'; readonly says: string }

export interface ListenerSpec {
  readonly loadBalancerArn: string
  readonly port: number
  readonly protocol: 'HTTP' | 'HTTPS'
  /** Null on HTTP. */
  readonly sslPolicy: string | null
  readonly certificateArn: string | null
  readonly action: ListenerAction
}

export interface ListenerOut {
  readonly arn: string
}

/** aws-behaviours.md 3.3. */
export const listener: ResourceType<ListenerSpec, ListenerOut, Ctx> = {
  type: 'elbv2:listener',
  fields: {
    loadBalancerArn: 'immutable',
    port: 'mutable',
    protocol: 'mutable',
    sslPolicy: 'mutable',
    certificateArn: 'mutable',
    action: 'mutable',
  },
  about: {
    // A second one on the same port of the same balancer is refused: DuplicateListener.
    identity: 'name',
    usable: 'created',
    seconds: { create: 3, delete: 3 },
    timeout: 300,
    holdsData: false,
    replaceBy: 'delete-first',
    ownership: 'own',
    actions: {
      read: [
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeListeners',
        'elasticloadbalancing:DescribeTags',
        'acm:DescribeCertificate',
      ],
      create: ['elasticloadbalancing:CreateListener', 'elasticloadbalancing:AddTags'],
      sync: ['ModifyListener', 'AddTags', 'RemoveTags'].map((name) => `elasticloadbalancing:${name}`),
      destroy: ['elasticloadbalancing:DeleteListener', 'elasticloadbalancing:DescribeListeners'],
    },
  },

  async read(ctx, asked) {
    const places = asked.map(placeOf)
    const known = places.filter((place) => place !== null)
    // Without a place for each of them, or with nobody asking, they may be on any balancer of ours.
    const all = known.length === 0 || known.length < places.length
    const balancers = all ? [...known, ...(await ourBalancers(ctx))] : known
    const things = await taggedListeners(ctx, balancers)
    return things.flatMap((thing) => describe(ctx, thing, asked) ?? [])
  },

  async create(ctx, address, spec) {
    const input = { LoadBalancerArn: spec.loadBalancerArn, ...settings(spec), Tags: toPairs(ctx.tags(address)) }
    const { Listeners } = await elbPatiently(ctx, () => ctx.elbv2.createListener(input), [FRESH_CERTIFICATE])
    return required(Listeners?.[0]?.ListenerArn, 'CreateListener', 'ListenerArn')
  },

  async sync(ctx, spec, live, changed) {
    // One call with all settings: protocol, policy and certificate only go together.
    if ([...changed].some((field) => field !== 'tags')) {
      const input = { ListenerArn: live.id, ...settings(spec) }
      await elbPatiently(ctx, () => ctx.elbv2.modifyListener(input), [FRESH_CERTIFICATE])
    }
    if (changed.has('tags')) await tagElb(ctx, live.id, ctx.tags(live.address))
  },

  async destroy(ctx, live) {
    await unlessGone(ctx.elbv2.deleteListener({ ListenerArn: live.id }))
    await until(ctx, { what: 'the listener to be gone', every: 2, timeout: listener.about.timeout }, async () => {
      const rest = await unlessGone(ctx.elbv2.describeListeners({ ListenerArns: [live.id] }))
      return (rest?.Listeners ?? []).length === 0 ? true : undefined
    })
  },

  async health(ctx, { spec: { certificateArn } }): Promise<Health> {
    if (certificateArn === null) return { state: 'healthy', detail: 'HTTP, no certificate' }
    return certificateHealth(ctx, certificateArn)
  },
}

/** A certificate that was issued a moment ago. */
const FRESH_CERTIFICATE: Passing = {
  codes: ['CertificateNotFound'],
  seconds: 300,
  what: 'the certificate to be known to load balancing',
}

const settings = ({ port, protocol, sslPolicy, certificateArn, action }: ListenerSpec) => ({
  Port: port,
  Protocol: protocol,
  ...(sslPolicy === null ? {} : { SslPolicy: sslPolicy }),
  ...(certificateArn === null ? {} : { Certificates: [{ CertificateArn: certificateArn }] }),
  DefaultActions: [actionTo(action)],
})

function actionTo(action: ListenerAction): Action {
  if (action.type === 'forward') return { Type: 'forward', TargetGroupArn: action.targetGroupArn }
  if (action.type === 'other') throw new Error(`A listener cannot be asked to ${action.says}.`)
  const { protocol, port, status } = action
  return { Type: 'redirect', RedirectConfig: { Protocol: protocol, Port: port, StatusCode: status } }
}

const ourBalancers = async (ctx: Ctx): Promise<readonly string[]> =>
  (await taggedLoadBalancers(ctx)).filter(({ tags }) => tags[STACK] === ctx.stack).map(({ arn }) => arn)

/** The balancer that an asked listener is on: its ARN names it, and so does the spec once that is known. */
function placeOf({ id, spec }: Asked): string | null {
  if (id !== null) return id.replace(':listener/', ':loadbalancer/').replace(/\/[^/]*$/, '')
  const arn = (spec as Partial<ListenerSpec> | null)?.loadBalancerArn
  return arn === undefined || arn === UNKNOWN ? null : arn
}

/** Nothing when it is neither ours nor on a port that is asked for. */
function describe(
  ctx: Ctx,
  { arn, item, tags }: Tagged<Listener>,
  asked: readonly Asked[],
): Found<ListenerSpec, ListenerOut> | null {
  const claimed = claim(ctx, arn, tags, asked)
  const asker = asked.find((one) => onPort(item, one))
  if (!claimed.ours && !asker) return null
  // The child of a balancer of ours is ours, unless it says otherwise (design.md 3).
  const whose = claimed.ours || !asker ? claimed : { address: asker.address, ours: tags[STACK] === undefined }
  // On HTTP neither means anything, whatever an emulator keeps of earlier.
  const secure = item.Protocol === 'HTTPS'
  return {
    ...whose,
    id: arn,
    spec: {
      loadBalancerArn: item.LoadBalancerArn ?? '',
      port: item.Port ?? 0,
      protocol: secure ? 'HTTPS' : 'HTTP',
      sslPolicy: secure ? (item.SslPolicy ?? null) : null,
      certificateArn: secure ? (item.Certificates?.[0]?.CertificateArn ?? null) : null,
      action: actionFrom(item.DefaultActions ?? []),
    },
    tags,
    out: { arn },
  }
}

const onPort = (item: Listener, { spec }: Asked): boolean => {
  const { loadBalancerArn, port } = (spec ?? {}) as Partial<ListenerSpec>
  return loadBalancerArn === item.LoadBalancerArn && port === item.Port
}

const UNTOUCHED = { Host: '#{host}', Path: '/#{path}', Query: '#{query}' }

function actionFrom(actions: readonly Action[]): ListenerAction {
  const [action] = actions
  const other: ListenerAction = { type: 'other', says: JSON.stringify(actions) }
  if (!action || actions.length > 1) return other
  if (action.Type === 'forward') {
    const groups = action.ForwardConfig?.TargetGroups ?? []
    const targetGroupArn = action.TargetGroupArn ?? groups[0]?.TargetGroupArn
    return groups.length > 1 || targetGroupArn === undefined ? other : { type: 'forward', targetGroupArn }
  }
  const { Protocol = '', Port = '', StatusCode, ...rest } = action.RedirectConfig ?? {}
  const plain = Object.entries(UNTOUCHED).every(([key, value]) => (rest[key as keyof typeof rest] ?? value) === value)
  if (action.Type !== 'redirect' || !plain) return other
  return {
    type: 'redirect',
    protocol: Protocol,
    port: Port,
    status: StatusCode === 'HTTP_302' ? 'HTTP_302' : 'HTTP_301',
  }
}
