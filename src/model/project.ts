import type { Because } from './because.ts'

/** What `detect` learnt of an app: facts, each with its evidence. Plain data, printed by `wherry detect --json`. */
export interface Project {
  readonly name: string
  /** The directory the app is run from, relative to the repository: `.` or a sub-directory. */
  readonly root: string
  readonly python: PythonFact
  readonly packages: PackagesFact
  readonly framework: FrameworkFact | null
  readonly app: AppFact | null
  readonly server: ServerFact
  readonly statics: readonly StaticFact[]
  /** Builds of JavaScript whose output the app serves. */
  readonly frontEnds: readonly FrontEndFact[]
  readonly processes: readonly ProcessFact[]
  readonly migrations: MigrationsFact | null
  readonly tests: TestsFact | null
  readonly systemLibraries: readonly SystemLibraryFact[]
  /** Files and directories the app writes and expects to find again. */
  readonly data: readonly DataFact[]
  /** Environment variables the app reads that hold a secret, such as SECRET_KEY. */
  readonly secrets: readonly SecretFact[]
  /** Databases, caches and brokers the app connects to. */
  readonly services: readonly ServiceFact[]
  /** What a person should know though nothing is wrong enough to refuse: an end-of-life Python, a development server replaced. */
  readonly notes: readonly Note[]
}

export interface PythonFact {
  /** Major and minor: `3.13`. */
  readonly version: string
  /** Other minors the files allow, best first: tried when a package has nothing to install for `version`. Empty for a pinned one. */
  readonly alternatives: readonly string[]
  readonly because: Because
}

export type PackageManager = 'uv' | 'poetry' | 'pdm' | 'pipenv' | 'pip' | 'conda' | 'setuptools' | 'none'

export interface PackagesFact {
  readonly manager: PackageManager
  /** The lock file, relative to the repository; null where there is none (a plain requirements.txt is no lock). */
  readonly lock: string | null
  /** The file the requirements are read from when there is no lock: requirements.txt, pyproject.toml, setup.py …; null when nothing is installed. */
  readonly manifest: string | null
  readonly because: Because
}

export interface FrameworkFact {
  /** The import name's owner as the field writes it, in lower case: django, flask, fastapi, starlette … */
  readonly name: string
  /** The version the lock or the pinned requirement says; null when only resolving will tell. */
  readonly version: string | null
  /** Django's settings module, as production loads it; null for the others. */
  readonly settings: string | null
  readonly because: Because
}

export type Interface = 'wsgi' | 'asgi' | 'own'

export interface AppFact {
  /** `own`: the program is its own server; then `script` names the file, and module and attribute are null. */
  readonly interface: Interface
  /** As seen from `path`: `config.wsgi`. */
  readonly module: string | null
  /** `application`, `app`, or `app.server`; a factory's name when `factory` is true. */
  readonly attribute: string | null
  readonly factory: boolean
  readonly script: string | null
  /** The directory that must be on sys.path, relative to `root`; '' for `root` itself. */
  readonly path: string
  /** Calls by which importing the module would start a server, by their names: `uvicorn.run`. They are left out. */
  readonly omits: readonly string[]
  readonly because: Because
}

export interface ServerFact {
  /** gunicorn, uvicorn, hypercorn, granian, daphne, waitress …; `own` when the program serves itself. */
  readonly name: string
  /** True when the app's own packages bring it; otherwise Wherry adds it at a pinned version. */
  readonly declared: boolean
  readonly because: Because
}

export interface StaticFact {
  /** URL prefix with both slashes: `/static/`. */
  readonly url: string
  /** Where the files lie in the image, relative to `root`; for collected files, STATIC_ROOT. */
  readonly directory: string
  /** True when `collectstatic` fills the directory while the image is made. */
  readonly collected: boolean
  readonly because: Because
}

export interface FrontEndFact {
  /** Directory of the package.json whose script builds, relative to the repository; `.` for its root. */
  readonly directory: string
  /** Directory the packages are installed in: the same, or the one of the workspace it is a member of. */
  readonly workspace: string
  /** `yarn` is Yarn 1, `yarn-berry` what came after it. */
  readonly manager: 'npm' | 'yarn' | 'yarn-berry' | 'pnpm' | 'bun'
  /** Null when nothing pins the packages. */
  readonly lock: string | null
  /** The name of the script in package.json. */
  readonly script: string
  /** Files and directories it leaves, relative to the repository. */
  readonly outputs: readonly string[]
  /** A range of Node.js versions; null when nothing says one. */
  readonly node: string | null
  /** The exact package manager that `packageManager` asks for: `pnpm@9.1.0`. */
  readonly tool: string | null
  readonly because: Because
}

export interface ProcessFact {
  /** `web`, `worker`, `release`, `beat`, or the Procfile's own name. */
  readonly name: string
  /** argv; null for `web`, which the server and the app object say. */
  readonly command: readonly string[] | null
  readonly because: Because
}

export interface MigrationsFact {
  readonly tool: 'django' | 'alembic' | 'flask-migrate' | 'aerich' | 'own'
  /** argv of the release process. */
  readonly command: readonly string[]
  readonly because: Because
}

export interface TestsFact {
  readonly runner: 'pytest' | 'django' | 'unittest' | 'tox' | 'nox'
  readonly because: Because
}

export interface SystemLibraryFact {
  /** What is asked for by name: a library's file stem or a program, such as `magic`, `ffmpeg`. */
  readonly name: string
  readonly because: Because
}

export interface DataFact {
  /** Relative to `root`. */
  readonly path: string
  readonly kind: 'sqlite' | 'file' | 'directory'
  readonly because: Because
}

export interface SecretFact {
  /** The environment variable. */
  readonly name: string
  /** False when the source has a default that boots without it. */
  readonly required: boolean
  readonly because: Because
}

export type ServiceKind = 'memcached' | 'mysql' | 'postgres' | 'redis'

/** A service the app connects to, and how it learns where: by variables, or because the source says so. */
export interface ServiceFact {
  readonly kind: ServiceKind
  /** Host names and addresses written out in the source; '' is the service's Unix socket. */
  readonly hosts: readonly string[]
  /** Written out in the source; null for the service's usual one. */
  readonly port: number | null
  /** As the source has it, written out or as a default; null where nothing names one. */
  readonly user: string | null
  /** Written out where no variable says it, '' for none; null when the app is told, so that one can be made. */
  readonly password: string | null
  readonly databases: readonly string[]
  readonly variables: readonly ServiceVariable[]
  readonly because: Because
}

/** An environment variable that tells the app a part of where a service is. */
export interface ServiceVariable {
  readonly name: string
  /** `address` is host:port. */
  readonly says: 'url' | 'address' | 'host' | 'port' | 'user' | 'password' | 'database'
  /** For a URL: `postgresql+asyncpg`; null for the others. */
  readonly scheme: string | null
  /** The database a URL or a `database` variable names, or Redis's number of one; null for the service's first. */
  readonly database: string | null
}

export interface Note {
  /** Permanent, kebab-case. */
  readonly code: string
  readonly text: string
  readonly because: Because
}
