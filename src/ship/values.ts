import type { Report } from '../model/event.ts'
import type { Image, ImageRef } from '../model/image.ts'
import type { Platform } from '../model/lock.ts'
import type { Plan } from '../model/plan.ts'
import type { Operation } from '../model/target.ts'
import type { GivenSecrets } from '../secrets/index.ts'
import type { Detected } from '../steps/detect/index.ts'
import type { MadeImage } from '../steps/image/index.ts'
import type { Deployed, ListenAt } from '../targets/host/index.ts'

/** What the verbs of the story are told, and what they give. */

export interface ShipOptions {
  readonly report: Report
  readonly signal?: AbortSignal
  /** This process will be asked again: what takes long to start may stand by for it. */
  readonly resident?: boolean
  /** Resolve anew, to the newest of everything, although wherry.lock answers already. */
  readonly update?: boolean
  /** Which of the config's `[apps]`; may be left out where there is one. */
  readonly app?: string
  /** The user allows the repository's hooks and secret commands now; without it only those that were allowed before run. */
  readonly allowHooks?: boolean
  /** Runs the hook before the image: who watches the repository learns what is the hook's doing. */
  readonly aroundHook?: (run: () => Promise<void>) => Promise<void>
  /** What the image is for: wins over the config; this machine's without either. */
  readonly platform?: Platform
}

export interface ImageOptions extends ShipOptions {
  /** What the app is started with besides the plan's own; nothing of it enters the image. */
  readonly env?: Readonly<Record<string, string>>
  /** The app is started from the image next, which proves it. */
  readonly startsNext?: boolean
  /** It is started on this machine: an image for another platform is refused before anything is done. */
  readonly runsHere?: boolean
  /** Whose secrets the release will need: they are gathered before anything is made. None without it. */
  readonly environment?: string
}

export interface UpOptions extends ShipOptions {
  /** Given for this environment: wins over secrets and over the config. */
  readonly env?: Readonly<Record<string, string>>
  readonly listen?: ListenAt
  /** Where it listens when nothing says where; port 8000 without it. */
  readonly usual?: ListenAt
}

export interface ShipToOptions extends ShipOptions {
  /** The name of a target in the config. */
  readonly to: string
  /** Only say what would be done; nothing is changed on the target. */
  readonly dryRun?: boolean
  /** The fingerprint of a host key that was compared: `SHA256:…`. */
  readonly acceptHostKey?: string
  /** The app there is this repository's from now on, although another one released it. */
  readonly adopt?: boolean
}

export interface PublishOptions extends ShipOptions {
  /** Where to: `ghcr.io/acme/shop:1.4`. */
  readonly to: string
  /** How the manifest is written; some registries take only one of them. */
  readonly dialect?: 'oci' | 'docker'
}

export interface UpdateOptions extends ShipOptions {
  /** Only say what would move. */
  readonly dryRun?: boolean
}

export interface Made {
  readonly detected: Detected
  readonly plan: Plan
  readonly made: MadeImage
  /** Those of the environment that was asked for; null when none was. */
  readonly secrets: GivenSecrets | null
}

export interface Up extends Made {
  readonly deployed: Deployed
}

export interface Shipped extends Made {
  /** What a dry run would do; null when it was done. */
  readonly operations: readonly Operation[] | null
  /** Null in a dry run. */
  readonly deployed: Deployed | null
}

export interface Published {
  readonly name: string
  readonly image: Image
  readonly ref: ImageRef
}
