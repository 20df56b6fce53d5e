import type { SourceTree } from '../../../python/source/tree.ts'
import { argument, dotted, stringOf, type Value } from '../../../python/source/value.ts'
import { environmentRead } from '../value/environment.ts'
import { evaluate } from '../value/evaluate.ts'

/** A part of where a service is, as an expression of the source tells it. */
export interface Told {
  /** What it is: written out, or the default of a variable; null when nothing is known without the environment. */
  readonly text: string | null
  /** The environment variable that says it; null where it is written out. */
  readonly variable: string | null
  /** True when the app does not start without the variable. */
  readonly required: boolean
  /** True when there is a default, be it one that is not understood. */
  readonly defaulted: boolean
}

/** Attributes of the app's settings, by name in upper case: what classes and settings modules bind. */
export type Fields = ReadonlyMap<string, Told>

export interface Reader {
  readonly tree: SourceTree
  readonly file: string
  readonly fields: Fields
}

/** What wraps a value without changing what it says: `int(…)`, `SecretStr(…)`, `str(…)`, `quote_plus(…)`. */
const wrapper =
  /^(?:int|str|SecretStr|Secret|URL|\w*(?:quote|quote_plus|make_url|Dsn|DSN)|[\w.]+\.(?:quote|quote_plus))$/
const unwrapper = /^(?:get_secret_value|unicode_string|strip|lower|rstrip|lstrip|__str__)$/

/** Reads an expression; null when it says nothing that is understood. */
export function tellOf(value: Value, reader: Reader, depth = 0): Told | null {
  if (depth > 8) return null
  const inner = (one: Value): Told | null => tellOf(one, reader, depth + 1)
  const read = readOf(value)
  if (read) {
    const otherwise = read.otherwise ? inner(read.otherwise) : null
    return {
      text: otherwise?.text ?? null,
      variable: read.name,
      required: read.required,
      defaulted: isDefault(read.otherwise),
    }
  }
  if (value.kind === 'number') return written(value.text)
  if (value.kind === 'constant' && value.value === null) return written('')
  if (value.kind === 'either') return eitherOf(value.options.map(inner))
  if (value.kind === 'call') {
    const { callee, args } = value
    if (callee.kind === 'attribute' && unwrapper.test(callee.name)) return inner(callee.of)
    if (wrapper.test(dotted(callee) ?? '') && args[0]) return inner(args[0])
    return null
  }
  const known = evaluate(value, reader)
  if (known.environment) {
    const { name, otherwise } = known.environment
    return {
      text: known.text,
      variable: name,
      required: otherwise === null && known.text === null,
      defaulted: isDefault(otherwise),
    }
  }
  if (known.text !== null) return written(known.text)
  return fieldOf(value, reader)
}

/** A part that the source has written out. */
export function written(text: string): Told {
  return { text, variable: null, required: false, defaulted: true }
}

/** `None` as a default is none. */
function isDefault(value: Value | null): boolean {
  return value !== null && !(value.kind === 'constant' && value.value === null)
}

interface Read {
  readonly name: string
  readonly otherwise: Value | null
  readonly required: boolean
}

/** Flask’s `config` is no environment. */
const settings = /(?:^|\.)(?:app|current_app|application|settings)\.config(?:\.get)?$/

/** A look-up in the environment, by the usual helpers or one of the app's own (`envsecret("DB_PASSWORD", "")`). */
export function readOf(value: Value): Read | null {
  const callee = value.kind === 'call' ? (dotted(value.callee) ?? '') : ''
  if (settings.test(callee)) return null
  const usual = environmentRead(value)
  if (usual) {
    const { name } = usual
    const second = value.kind === 'call' ? value.args[1] : undefined
    // A helper's second argument may be a type; a text is a default.
    const otherwise = usual.otherwise ?? (second && /^(?:string|format|operation)$/.test(second.kind) ? second : null)
    // `environ.get(X)` is None without it; `environ[X]` and the helpers' `env(X)` are an error.
    const mild = value.kind === 'call' && /get(?:env)?$/.test(callee)
    return { name, otherwise, required: otherwise === null && !mild }
  }
  if (value.kind !== 'call') return null
  const name = stringOf(argument(value, 0))
  const last = callee.split('.').at(-1) ?? ''
  if (name === null || !/^[A-Z][A-Z0-9_]{2,}$/.test(name) || !/env|config|secret|setting/i.test(last)) return null
  const otherwise = argument(value, 1, 'default')
  return { name, otherwise, required: otherwise === null }
}

/** The first alternative that says something; one that is told and one that is written out are one with a default. */
function eitherOf(options: readonly (Told | null)[]): Told | null {
  const said = options.filter(option => option !== null)
  const variable = said.find(option => option.variable !== null)
  const text = said.find(option => option.text !== null && option.text !== '')?.text ?? said[0]?.text ?? null
  if (!variable) return text === null ? null : written(text)
  const others = options.length > said.length || said.length > 1
  return {
    text,
    variable: variable.variable,
    required: variable.required && !others,
    defaulted: variable.defaulted || others,
  }
}

/** `settings.REDIS_URL`, `self.db_host`, `app.config["DB_HOST"]`: what a class or a settings module binds under that name. */
function fieldOf(value: Value, { fields }: Reader): Told | null {
  const name =
    value.kind === 'attribute' || value.kind === 'name'
      ? value.name
      : value.kind === 'subscript'
        ? stringOf(value.index)
        : null
  // `HOST` and `PASSWORD` are many things' names.
  return name === null || !/_|^(?:DB|PG|REDIS|MYSQL)\w/i.test(name) ? null : (fields.get(name.toUpperCase()) ?? null)
}
