import type { Address } from './ref.ts'

/** What may be done when a field of a live resource differs from its spec. `initial`: given at birth, then the living value wins. */
export type Change = 'mutable' | 'immutable' | 'initial'

/** Where a resource lives, when it is not the stack's own region and account. */
export interface Place {
  readonly region: string
  readonly account: string | null
}

/** What AWS has, said in the words of our spec. */
export interface Found<Spec, Out> {
  readonly address: Address
  readonly id: string
  /** Carries this stack's tags (or is a child of what does). What is not ours is never touched. */
  readonly ours: boolean
  readonly spec: Spec
  /** Every tag it has; null where the type cannot be tagged. */
  readonly tags: Readonly<Record<string, string>> | null
  readonly out: Out
  /** A terminal failure that AWS reports (a NAT gateway in `failed`): it counts as absent and has to be made again. */
  readonly failed?: string
  /** Why it can be neither seen nor touched: nobody's word makes it ours. */
  readonly closed?: string
}

/** What the engine asks a type to look for, on top of everything that is the stack's. */
export interface Asked {
  readonly address: Address
  /** The id that the manifest remembers; null when it remembers none. */
  readonly id: string | null
  /** The token of an announced creation that has never been confirmed. */
  readonly token: string | null
  /** The spec as far as it can be resolved; unresolved parts are UNKNOWN. Null when the graph has no such node any more. */
  readonly spec: object | null
}

/** Static facts of a type. Seconds are those of real AWS. */
export interface About {
  /** What makes a second create of the same address impossible, or at least visible. */
  readonly identity: 'name' | 'token' | 'tags'
  /** When may those that mention it start? An ALB: created. A NAT gateway, a database: ready. */
  readonly usable: 'created' | 'ready'
  /** Typical durations on real AWS, in seconds: estimates, and the critical path. */
  readonly seconds: {
    readonly create: number
    readonly delete: number
    /** Of changes that take their time, by field. */
    readonly change?: Readonly<Record<string, number>>
  }
  /** The longest wait, in seconds. */
  readonly timeout: number
  /** Never replaced or deleted without an explicit word. */
  readonly holdsData: boolean
  readonly replaceBy: 'delete-first' | 'create-first'
  /** `shared`: one per account or region, adopted when it is there. */
  readonly ownership: 'own' | 'shared'
  /** IAM actions, by purpose; checked against the calls seen in tests. */
  readonly actions: Record<'read' | 'create' | 'sync' | 'destroy', readonly string[]>
}

/** What may be lost in a teardown. */
export interface Terms {
  readonly deleteData: boolean
  readonly snapshotName: string | null
}

export interface Farewell {
  /** What stands in the way of deleting it. */
  readonly blockers: readonly string[]
  /** What would be lost with it. */
  readonly losses: readonly string[]
  /** What a last copy saves (a final snapshot), and what is lost all the same where data may be deleted. */
  readonly spared?: readonly string[]
  /** What goes in any case and is no reason to stop: automated backups, logs. */
  readonly also?: readonly string[]
}

export interface Health {
  readonly state: 'healthy' | 'unhealthy' | 'unknown'
  readonly detail: string
}

/**
 * One kind of AWS resource. The engine decides what happens and when;
 * a type only knows how to look and how to act.
 */
export interface ResourceType<Spec extends object, Out extends object, Ctx = unknown> {
  readonly type: string
  /** Every field of the spec, and whether AWS lets it change. The compiler insists that none is forgotten. */
  readonly fields: { readonly [K in keyof Required<Spec>]: Change }
  /** For fields where equal is not the same as identical: engine version "16" against "16.8". */
  readonly same?: { readonly [K in keyof Spec]?: (want: Spec[K], have: Spec[K]) => boolean }
  /** Why AWS would never bring the living thing to this spec, neither by a change nor by one of its own; null: it may. */
  readonly never?: (want: Spec, live: Found<Spec, Out>) => string | null
  /** Mutable fields whose target cannot be deleted while this thing points at it (a balancer's subnets). */
  readonly holds?: readonly (keyof Spec & string)[]
  /** Outputs that a change of the thing may move (a template's version): until it is made, nobody knows them. */
  readonly volatile?: readonly (keyof Out & string)[]
  /** Types that must be looked at before this one, because `Asked.spec` needs their outputs (children without tags). */
  readonly parents?: readonly string[]
  readonly about: About
  /** Everything of this kind that is the stack's, plus what was asked for. Few calls, no changes. */
  read(ctx: Ctx, asked: readonly Asked[]): Promise<readonly Found<Spec, Out>[]>
  /** One call that brings the thing into being, already tagged. Returns its id; waits for nothing. */
  create(ctx: Ctx, address: Address, spec: Spec, token: string): Promise<string>
  /** Returns when AWS says that the thing can be used. */
  ready?(ctx: Ctx, id: string): Promise<void>
  /** Brings the changed fields in line, tags included. Safe to repeat. */
  sync?(ctx: Ctx, spec: Spec, live: Found<Spec, Out>, changed: ReadonlySet<keyof Spec | 'tags'>): Promise<void>
  /** What stands in the way of deleting it, and what would be lost. Asked before the first delete. */
  farewell?(ctx: Ctx, live: Found<Spec, Out>): Promise<Farewell>
  /** Returns when the thing is gone. A thing that was already gone is a success. */
  destroy(ctx: Ctx, live: Found<Spec, Out>, terms: Terms): Promise<void>
  /** Running well, as opposed to configured right. */
  health?(ctx: Ctx, live: Found<Spec, Out>): Promise<Health>
}

type Untyped = 'fields' | 'same' | 'never' | 'holds' | 'volatile'

/** Any type at all. Methods are bivariant, so every ResourceType is one. */
export interface AnyType extends Omit<ResourceType<object, object>, Untyped> {
  readonly fields: Readonly<Record<string, Change>>
  readonly same?: Readonly<Record<string, ((want: never, have: never) => boolean) | undefined>>
  readonly never?: ((want: never, live: never) => string | null) | undefined
  readonly holds?: readonly string[]
  readonly volatile?: readonly string[]
}

/** Any live thing. */
export type Live = Found<object, object>
