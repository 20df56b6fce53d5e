import type { Body } from '../../kit/exchange.ts'
import type { Budget } from './budget.ts'

/** What is told of blobs while they travel, for whoever shows progress. */
export interface Movement {
  readonly digest: string
  /** `there`: it was there already; `mounted`: taken from another repository of the registry. */
  readonly state: 'there' | 'mounted' | 'moving' | 'done'
  /** How many of its bytes have gone; less than before when it is begun again. */
  readonly bytes: number
}

/** Must not throw. */
export type Watch = (movement: Movement) => void

/** A blob to send. */
export interface Upload extends Body {
  readonly digest: string
}

/** What the blobs of an image have in common while they travel. */
export interface Transfer {
  readonly budget: Budget
  readonly watch: Watch
}
