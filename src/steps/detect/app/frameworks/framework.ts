import type { Interface } from '../../../../model/project.ts'

/** What calling something of a library gives: an app, and how it is served. */
export interface Made {
  readonly interface: Interface
  /** The argument that is the app inside, when the result only wraps it: a position, or a keyword. */
  readonly wraps?: readonly (number | string)[]
  /** For `app, route = make()`: the app is this item. */
  readonly item?: number
  /** Before this major version of the package the interface was another: connexion 2 is WSGI. */
  readonly before?: { readonly major: number; readonly interface: Interface }
}

/** One framework: how its apps are recognised in source. Names are dotted, as an import writes them. */
export interface Framework {
  readonly name: string
  /** Distributions that bring it, normalised; the first is the one whose version counts. */
  readonly packages: readonly string[]
  /** Top-level modules. */
  readonly imports: readonly string[]
  /** Words of which a file that makes an app has at least one. */
  readonly words: readonly string[]
  /** Callables that give an app: classes and functions. A name matches with or without the modules in between. */
  readonly makes?: Readonly<Record<string, Made>>
  /** Ready apps to import. */
  readonly apps?: Readonly<Record<string, Made>>
  /** Methods that give an app, on objects of the library that are none themselves: `config.make_wsgi_app()`. */
  readonly methods?: Readonly<Record<string, Made>>
  /** Attributes and methods of an app that are the app to serve instead: a Dash app's `server`. `preferred` when it cannot be served without. */
  readonly members?: Readonly<Record<string, Made & { readonly preferred?: boolean }>>
  /** Calls by which a script becomes its own server: `aiohttp.web.run_app`, or `.launch` on any object. */
  readonly runs?: readonly string[]
  /** Calls that serve, but with a development server. */
  readonly develops?: readonly string[]
  /** True when a file that merely uses the library at its top level is a program for the library's own runner (`streamlit run`). */
  readonly scripts?: { readonly uses: RegExp }
}

export const wsgi: Made = { interface: 'wsgi' }
export const asgi: Made = { interface: 'asgi' }
export const own: Made = { interface: 'own' }
