import type { Checkout } from '../../kit/checkout/index.ts'
import type { Image } from '../../model/image.ts'
import type { Lock, Platform } from '../../model/lock.ts'
import type { Tree } from '../../model/tree.ts'
import type { Environment } from './environment.ts'
import type { Request } from './resolve/request-hash.ts'
import type { CollectedStatics, ServedStatic } from './statics/index.ts'

/** What the step is asked for, what it gives, and what its own parts hand each other. */

export interface ImageRequest extends Request {
  readonly checkout: Checkout
  /** Resolve anew, to the newest of everything, although wherry.lock answers the request. */
  readonly update?: boolean
  /** Where nothing can be resolved as of the commit, as of now will do; without it that is `cannot-resolve`. */
  readonly anyMoment?: boolean
  /** What the app is started with besides the plan's own, where that is known. It does not enter the image. */
  readonly env?: Readonly<Record<string, string>>
  /** The app is started next, before anything depends on the image: then that start proves it. */
  readonly startsNext?: boolean
}

export interface MadeImage {
  readonly image: Image
  readonly lock: Lock
  /** Directories of the unpacked layers on this machine, lowest first, for an engine that runs them from there. */
  readonly layers: readonly string[]
  readonly statics: readonly ServedStatic[]
  /** The image whose code ran in the place of this one's; null where this machine runs the image itself. */
  readonly twin: MadeTwin | null
}

export interface MadeTwin {
  readonly platform: Platform
  readonly digest: string
}

export interface Built {
  readonly image: Image
  readonly lock: Lock
  readonly environment: Environment
  /** Directories of the unpacked layers, lowest first. */
  readonly layers: readonly string[]
  /** What the front-ends became. */
  readonly frontEnd: Tree
  /** Null where nothing is collected. */
  readonly collected: CollectedStatics | null
  readonly statics: readonly ServedStatic[]
}

/** The same app's image for this machine: what runs code for an image of another architecture runs there. */
export type Twin = Pick<Built, 'image' | 'lock' | 'environment' | 'frontEnd' | 'collected'>
