import type { AclEntry } from '../../resources/ec2/network-acl.ts'

const ANYWHERE = '0.0.0.0/0'

type Rule = Omit<AclEntry, 'rule' | 'egress'>

const tcp = (action: AclEntry['action'], cidr: string, fromPort: number, toPort = fromPort): Rule => ({
  ...{ action, protocol: 'tcp', cidr, fromPort, toPort },
})

/** An ACL is stateless: without this, answers to calls that our servers make would not come in. */
const REPLIES = tcp('allow', ANYWHERE, 1024, 65_535)
const ALL_OUT: AclEntry = {
  ...{ rule: 100, egress: true, action: 'allow', protocol: '-1' },
  ...{ cidr: ANYWHERE, fromPort: null, toPort: null },
}

/** The first rule that matches decides, so the order is part of the meaning. */
const inOrder = (rules: readonly Rule[]): readonly AclEntry[] =>
  rules.map((rule, index) => ({ ...rule, rule: 100 + index * 10, egress: false }))

/** What may enter a public subnet: the web from anywhere, SSH from where the config says. */
export const publicEntries = (sshCidrs: readonly string[]): readonly AclEntry[] => [
  ...inOrder([
    tcp('deny', ANYWHERE, 3389),
    tcp('allow', ANYWHERE, 80),
    tcp('allow', ANYWHERE, 443),
    ...sshCidrs.map((cidr) => tcp('allow', cidr, 22)),
    REPLIES,
  ]),
  ALL_OUT,
]

/** What may enter a private subnet: database, files and web from the VPC, and replies. */
export const privateEntries = (vpcCidr: string): readonly AclEntry[] => [
  ...inOrder([
    tcp('allow', vpcCidr, 5432),
    tcp('allow', vpcCidr, 2049),
    tcp('deny', ANYWHERE, 5432),
    tcp('deny', ANYWHERE, 2049),
    tcp('deny', ANYWHERE, 3389),
    tcp('allow', vpcCidr, 80),
    tcp('allow', vpcCidr, 443),
    REPLIES,
  ]),
  ALL_OUT,
]
