/** The way in: an SSH server that reaches the database. */
export interface Bastion {
  readonly host: string
  readonly port: number
  readonly user: string
  /** Null where a host was named instead of found: then nobody can be sent a key for it. */
  readonly instanceId: string | null
  /** Somebody named this place: what answers there may be another way in than the instance's own sshd. */
  readonly named?: boolean
}

/** Where the tunnel leads, as the bastion sees it. */
export interface Destination {
  readonly host: string
  readonly port: number
}

/** Finds the bastion, as it stands now: it may have been replaced, and have another address, since the last time. */
export type FindBastion = () => Promise<Bastion>

/** Lets this public key (one line of OpenSSH's) in for sixty seconds. */
export type AdmitKey = (bastion: Bastion, publicKey: string) => Promise<void>

/** What is known of the key of a host; `changed` is refused. */
export type CheckHostKey = (bastion: Bastion, key: Buffer) => Promise<'known' | 'new' | 'changed'>

/** Told in one line each. */
export interface TunnelEvent {
  readonly kind: 'connecting' | 'connected' | 'lost' | 'waiting' | 'refused' | 'note'
  readonly text: string
}
