import type { FrontEndFact, Interface, MigrationsFact, PackageManager, ServiceFact } from './project.ts'

/** What we intend: pure data made from project and config; printable, hashable; no network, nothing resolved. */
export interface Plan {
  readonly name: string
  /** The directory the app runs from, relative to the repository: `.` or a sub-directory. */
  readonly root: string
  /** Where its lock lies, relative to the repository. */
  readonly lockFile: string
  readonly image: ImagePlan
  /** What an image starts by name; argv, or null for `web`, which the launcher composes from `image.serve`. */
  readonly processes: Readonly<Record<string, readonly string[] | null>>
  readonly edge: EdgePlan
  readonly release: ReleasePlan
  /** Places that outlive a release, relative to `root`. */
  readonly data: readonly DataPlace[]
  /** Environment variables every release runs with. */
  readonly env: Readonly<Record<string, string>>
  /** Secrets a release needs; what is missing is made once per environment. */
  readonly secrets: readonly SecretPlan[]
  /** Names of secrets that the app is given in files instead of variables; true for all. */
  readonly secretFiles: true | readonly string[]
  /** Brought for the app where nothing in its environment says where its own are. */
  readonly services: readonly ServicePlan[]
}

export type ServicePlan = Omit<ServiceFact, 'because'>

export interface ImagePlan {
  readonly base: BasePlan
  readonly requirements: RequirementsPlan
  readonly serve: ServePlan
  /** Debian packages beyond the base and what the wheels need. */
  readonly debianPackages: readonly string[]
  /** Debian packages that source distributions are built with, beyond those known; none of them is in the image. */
  readonly buildPackages: readonly string[]
  readonly exclude: readonly string[]
  readonly allowSecrets: readonly string[]
  /** argv that fills the static directories while the image is made; null when nothing is collected. */
  readonly collectStatic: readonly string[] | null
  readonly frontEnds: readonly FrontEndPlan[]
  /** Environment of what runs of the app while the image is made; not in the image. */
  readonly buildEnv: Readonly<Record<string, string>>
}

/** A build of JavaScript whose output belongs to the app; why is the project's to say. */
export type FrontEndPlan = Omit<FrontEndFact, 'because'>

export type BasePlan =
  | {
      readonly kind: 'debian'
      readonly suite: string
      /** Major and minor. */
      readonly python: string
    }
  | {
      readonly kind: 'image'
      /** An image that has this Python: `python:3.12-slim`. */
      readonly reference: string
      readonly python: string
    }

export interface RequirementsPlan {
  readonly manager: PackageManager
  readonly lock: string | null
  readonly manifest: string | null
}

export interface ServePlan {
  readonly interface: Interface
  readonly module: string | null
  readonly attribute: string | null
  readonly factory: boolean
  readonly script: string | null
  /** Directory to put on sys.path, relative to `root`. */
  readonly path: string
  /** Calls that do nothing while the app is imported, for they would start another server. */
  readonly omits: readonly string[]
  readonly server: string
  /** True when Wherry adds the server, at a version of its own choice. */
  readonly addServer: boolean
  readonly framework: string | null
  readonly settings: string | null
  readonly workers: WorkersPlan
}

/** How many processes serve, where the config says; null leaves it to the launcher, which sees the machine. */
export interface WorkersPlan {
  /** Bytes one needs. */
  readonly memory: number | null
  readonly max: number | null
  /** Threads of each, for servers that have them. */
  readonly threads: number | null
}

export interface EdgePlan {
  readonly statics: readonly StaticPlan[]
  /** As nginx writes sizes: `100m`. */
  readonly maxBody: string
  /** Directives for nginx's server block, as the user wrote them; null for none. */
  readonly extra: string | null
  /** Seconds. */
  readonly timeout: number
}

export interface StaticPlan {
  readonly url: string
  /** Relative to `root`. */
  readonly directory: string
  /** True when `collectstatic` fills it while the image is made. */
  readonly collected: boolean
}

export interface ReleasePlan {
  /** argv of the release process; null when nothing runs before the switch. */
  readonly command: readonly string[] | null
  readonly migrations: MigrationsFact['tool'] | null
  readonly healthPath: string | null
  /** Seconds. */
  readonly startTimeout: number
  /** Seconds. */
  readonly drain: number
  /** Releases kept. */
  readonly keep: number
}

export interface DataPlace {
  readonly path: string
  readonly kind: 'sqlite' | 'file' | 'directory'
}

export interface SecretPlan {
  readonly name: string
  readonly required: boolean
}
