import { aiohttp } from './aiohttp.ts'
import { bottle } from './bottle.ts'
import { connexion } from './connexion.ts'
import { dash } from './dash.ts'
import { django } from './django.ts'
import { falcon } from './falcon.ts'
import { fastapi } from './fastapi.ts'
import { fasthtml } from './fasthtml.ts'
import { apiflask, eve, flask } from './flask.ts'
import type { Framework } from './framework.ts'
import { gradio } from './gradio.ts'
import { litestar, starlite } from './litestar.ts'
import { nicegui } from './nicegui.ts'
import { others } from './others.ts'
import { pyramid } from './pyramid.ts'
import { quart } from './quart.ts'
import { sanic } from './sanic.ts'
import { starlette } from './starlette.ts'
import { streamlit } from './streamlit.ts'
import { tornado } from './tornado.ts'

/** THE list: a framework is a file and a line here. */
export const frameworks: readonly Framework[] = [
  django,
  flask,
  apiflask,
  eve,
  fastapi,
  starlette,
  litestar,
  starlite,
  quart,
  sanic,
  falcon,
  bottle,
  pyramid,
  aiohttp,
  tornado,
  dash,
  streamlit,
  gradio,
  connexion,
  nicegui,
  fasthtml,
  ...others,
]

const byImport = new Map(frameworks.flatMap(framework => framework.imports.map(name => [name, framework] as const)))

/** The framework a dotted library name belongs to. */
export function frameworkOf(external: string): Framework | null {
  return byImport.get(external.split('.', 1)[0] ?? external) ?? null
}

/** An entry of a table of dotted names: exact, or with the modules in between left out (`flask.app.Flask` is `flask.Flask`). */
export function lookUp<T>(table: Readonly<Record<string, T>> | undefined, external: string): T | null {
  if (table === undefined) return null
  if (Object.hasOwn(table, external)) return table[external] ?? null
  const parts = external.split('.')
  const short = `${parts[0]}.${parts.at(-1)}`
  return parts.length > 2 && Object.hasOwn(table, short) ? (table[short] ?? null) : null
}
