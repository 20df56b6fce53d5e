import type { ServiceKind } from '../model/project.ts'

/** What a kind of service is: which packages it is made of, how it starts, and how it is brought to know the app. Data, nothing running. */
export interface Service {
  readonly kind: ServiceKind
  /** As its makers write it. */
  readonly title: string
  /** The port it listens on where nobody says another. */
  readonly port: number
  /** The variable that apps usually read its URL from. */
  readonly variable: string
  /** The Debian packages asked for by name, and those of their dependencies it does without. `names` are all of the suite. */
  readonly packages: (names: readonly string[]) => { readonly ask: readonly string[]; readonly omit: readonly string[] }
  /** True when clients must know a password, wherever they can be told one. */
  readonly password: boolean
  /** Where it makes its Unix socket, and clients look for it; null when they never do. */
  readonly sockets: string | null
  /** Ends it with all it was told on the disk; how long that may take, in seconds. */
  readonly stop: { readonly signal: 'TERM' | 'INT'; readonly grace: number }
  /** What it runs: pure, from where it sits and what it shall know. */
  readonly run: (seat: Seat) => Programs
}

export interface Seat {
  readonly address: string
  readonly port: number
  /** Of the package that holds the server: `17` of PostgreSQL. */
  readonly major: string
  readonly access: Access
  /** The first of these paths of the image that it has, as a path on the machine. Throws when it has none. */
  readonly find: (paths: readonly string[]) => string
}

/** Who may use it, and what is there for them. */
export interface Access {
  readonly user: string
  /** A secret of the environment by name, a word the source holds, or null for none at all. */
  readonly password: { readonly secret: string } | { readonly text: string } | null
  readonly databases: readonly string[]
}

export interface Programs {
  readonly start: Argv
  /** Fills `fresh`, once; null when an empty directory will do. */
  readonly initialise: Argv | null
  /** Brings user, password and databases about, as often as it runs; null when there are none. */
  readonly prepare: Argv | null
  /** Files it reads, below `/conf`. */
  readonly files: Readonly<Record<string, Template>>
  /** What the two programs read from their standard input. */
  readonly inputs: Readonly<Partial<Record<'initialise' | 'prepare', Template>>>
}

export type Argv = readonly [string, ...string[]]

/** Text with holes that are filled on the host: a password leaves it on no other way. */
export type Template = readonly (string | Hole)[]

export type Hole =
  | { readonly secret: string; readonly as: 'url' | 'plain' | 'postgres' | 'mysql' | 'redis' }
  | { readonly file: string }

/** Where the volume is mounted; what was initialised whole lies in one of the two directories in it. */
export const volume = '/data'
export const fresh = `${volume}/new`
export const main = `${volume}/main`
export const conf = '/conf'

/** A password between the quotes of a language, as a part of a template. */
export function quoted(password: Access['password'], as: 'postgres' | 'mysql' | 'redis'): string | Hole {
  if (password === null) return ''
  if ('secret' in password) return { secret: password.secret, as }
  const escaped = as === 'postgres' ? password.text : password.text.replaceAll('\\', '\\\\')
  if (as !== 'redis') return escaped.replaceAll("'", "''")
  return escaped.replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}
