/** An image and the exact configuration and secrets version it runs with; numbered per app and target. */
export interface Release {
  readonly number: number
  readonly image: string
  /** Hash of the plan's run-time part. */
  readonly config: string
  readonly secrets: string
  /** RFC 3339. */
  readonly createdAt: string
  readonly previous: number | null
  /** Of the repository, with `+` where files differed from it; null where it is not known. */
  readonly commit: string | null
  readonly state: 'staged' | 'serving' | 'retired' | 'failed'
}
