/** What became of a file, or of an object that was to go. */
export interface Fate {
  readonly key: string
  readonly outcome: 'done' | 'failed'
  readonly error: unknown
}

/** Everything that is said of an upload under way. */
export type PushEvent =
  /** What there is to be moved. */
  | { readonly kind: 'planned'; readonly files: number; readonly bytes: number }
  | { readonly kind: 'started'; readonly key: string; readonly bytes: number }
  /** Bytes that have gone; negative when they have to go once more. */
  | { readonly kind: 'moved'; readonly key: string; readonly bytes: number }
  /** Nothing more is begun; what is on its way is awaited. */
  | { readonly kind: 'stopping' }
  | (Fate & { readonly kind: 'finished'; readonly deed: 'upload' | 'delete'; readonly bytes: number })
