import { expect } from 'vitest'
import { Graph } from '../../../src/engine/graph.ts'
import { listener } from '../../../src/resources/elbv2/listener.ts'
import { keepsTheContract, type World } from '../../support/contract.ts'
import { balancerOn, ground, refused, tagDrift, tagsOf, targetsIn } from './ground.ts'

const one = async ({ raw }: World, arn: string) =>
  (await raw.elbv2.describeListeners({ ListenerArns: [arn] })).Listeners?.[0]

const targetsNamed = async ({ raw, stack }: World, name: string) => {
  const { TargetGroups = [] } = await raw.elbv2.describeTargetGroups({})
  return TargetGroups.find(({ TargetGroupName }) => TargetGroupName?.startsWith(`${stack}-${name}-`))?.TargetGroupArn
}

const forwardTo = async (world: World, name: string) => [
  { Type: 'forward' as const, TargetGroupArn: await targetsNamed(world, name) },
]

/** A stranger turns plain HTTP into HTTPS, with a certificate and a policy of their own. */
const secure = async (world: World, ListenerArn: string) => {
  const pem = { CertificateBody: 'not a certificate', PrivateKey: 'not a key' }
  const name = { ServerCertificateName: `theirs-${Date.now()}` }
  const { ServerCertificateMetadata } = await world.raw.iam.uploadServerCertificate({ ...name, ...pem })
  await world.raw.elbv2.modifyListener({
    ...{ ListenerArn, Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-2016-08' },
    Certificates: [{ CertificateArn: ServerCertificateMetadata?.Arn }],
    DefaultActions: await forwardTo(world, 'one'),
  })
}

keepsTheContract({
  address: 'elbv2:listener/http',

  graph(world, variant) {
    const graph = new Graph()
    const net = ground(graph, world)
    const balancer = balancerOn(graph, net, world)
    const target = targetsIn(graph, net, world, 'one')
    const changed = variant === 'changed'
    const on = variant === 'replaced' ? balancerOn(graph, net, world, 'other') : balancer
    graph.layer('Edge').add(listener, 'http', {
      loadBalancerArn: on.ref('arn'),
      ...{ port: changed ? 8080 : 80, protocol: 'HTTP', sslPolicy: null, certificateArn: null },
      action: changed
        ? { type: 'redirect', protocol: 'HTTPS', port: '443', status: 'HTTP_301' }
        : { type: 'forward', targetGroupArn: target.ref('arn') },
    })
    return graph
  },

  async verify(world, id, variant) {
    const changed = variant === 'changed'
    const live = await one(world, id)
    expect(live).toMatchObject({ Port: changed ? 8080 : 80, Protocol: 'HTTP' })
    const [action] = live?.DefaultActions ?? []
    if (changed) {
      const to = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' }
      expect(action).toMatchObject({ Type: 'redirect', RedirectConfig: to })
    } else {
      expect(action).toMatchObject({ Type: 'forward', TargetGroupArn: await targetsNamed(world, 'one') })
    }
    expect(await tagsOf(world, id)).toMatchObject({
      'ecom-infra:stack': world.stack,
      'ecom-infra:address': 'elbv2:listener/http',
      Name: `${world.stack}-http`,
    })
  },

  drifts: {
    port: async (world, ListenerArn) =>
      world.raw.elbv2.modifyListener({ ListenerArn, Port: 81, DefaultActions: await forwardTo(world, 'one') }),
    protocol: secure,
    sslPolicy: secure,
    certificateArn: secure,
    action: ({ raw }, ListenerArn) =>
      raw.elbv2.modifyListener({
        ListenerArn,
        DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      }),
    tags: tagDrift,
  },
  vanish: ({ raw }, ListenerArn) => raw.elbv2.deleteListener({ ListenerArn }),
  gone: (world, id) => refused(one(world, id), /ListenerNotFound|LoadBalancerNotFound/),
  replaced: 'replace',
})
