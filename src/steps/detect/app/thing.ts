import type { Interface } from '../../../model/project.ts'
import type { ModulePlace } from '../../../python/source/resolve.ts'
import type { ClassStatement, FunctionStatement, Statement } from '../../../python/source/statement.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import type { Value } from '../../../python/source/value.ts'
import type { Framework } from './frameworks/framework.ts'
import type { Memory } from './memory.ts'

/** What a value of the source is, as far as it matters for finding the app. Null stands for everything else. */
export type Thing =
  | AppThing
  | FunctionThing
  | ClassThing
  /** An object of a class of the repository that is no app. */
  | { readonly kind: 'instance'; readonly of: ClassThing; readonly env: Env; readonly call: Value | null }
  | { readonly kind: 'module'; readonly place: ModulePlace }
  /** A name of a library, or of an object it made: `pyramid.config.Configurator.make_wsgi_app`. */
  | { readonly kind: 'external'; readonly name: string; readonly made: boolean }
  | { readonly kind: 'sequence'; readonly items: readonly Value[]; readonly env: Env }

export interface AppThing {
  readonly kind: 'app'
  /** Null for a plain WSGI or ASGI callable. */
  readonly framework: Framework | null
  readonly interface: Interface
  /** Where it is made: what tells one app from another. */
  readonly file: string
  readonly line: number
  /** The apps it is put around, the nearest first. */
  readonly inner: readonly AppThing[]
  /** Dotted library name of its class or maker; null when its class is the repository's. */
  readonly external: string | null
  readonly of: ClassThing | null
  /** The member through which it is served, not yet taken: `server`. */
  readonly member: string | null
  /** Arguments of the call that made it. */
  readonly call: Value | null
  readonly env: Env
}

export interface FunctionThing {
  readonly kind: 'function'
  readonly file: string
  readonly statement: FunctionStatement
  /** Where its free names live. */
  readonly env: Env
  readonly self: Thing | null
}

export interface ClassThing {
  readonly kind: 'class'
  readonly file: string
  readonly statement: ClassStatement
  readonly env: Env
}

/** Where a value stands: its file, the functions around it (innermost first), and what their parameters are. */
export interface Env {
  readonly file: string
  readonly bodies: readonly (readonly Statement[])[]
  readonly parameters: ReadonlyMap<string, () => Thing | null>
  /** The line it is seen from: of several bindings in the innermost scope the last one above it counts. */
  readonly before: number
}

export interface Evaluator {
  readonly tree: SourceTree
  readonly memory: Memory
  /** The major version of a distribution, when the repository says one. */
  major(distribution: string): number | null
  /** What a module's name is once the module has been imported. */
  name(file: string, name: string): Thing | null
  /** What an expression is, seen from `before` (a line; the end of its scope without it). */
  value(value: Value, env: Env, before?: number): Thing | null
  /** Follows into a function's body, unless that is being done already. */
  enter(statement: object, make: () => Thing | null): Thing | null
  /** Remembers what a function gives when nothing it is given matters. */
  once(statement: object, make: () => Thing | null): Thing | null
  /** What calling a thing gives. */
  call(callee: Thing, call: Value, env: Env): Thing | null
  member(owner: Thing, name: string): Thing | null
}

export function fileEnv(file: string): Env {
  return { file, bodies: [], parameters: new Map(), before: Number.POSITIVE_INFINITY }
}

/** Where two names mean the same app. */
export function keyOf(app: AppThing): string {
  return `${app.file}:${app.line}`
}

/** The app itself and everything it is put around. */
export function layersOf(app: AppThing): AppThing[] {
  return [app, ...app.inner.flatMap(layersOf)]
}

/** The innermost app: the framework's own object. */
export function coreOf(app: AppThing): AppThing {
  const inner = app.inner[0]
  return inner ? coreOf(inner) : app
}
