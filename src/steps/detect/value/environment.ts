import { argument, dotted, stringOf, type Value } from '../../../python/source/value.ts'

/** A place where the source reads an environment variable. */
export interface EnvironmentRead {
  readonly name: string
  /** What is used when the variable is not set; null when nothing is, so that it is needed. */
  readonly otherwise: Value | null
  readonly line: number
}

const getters = new Set(['os.environ.get', 'environ.get', 'os.getenv', 'getenv', 'os.environ.setdefault'])
/** `env("X")` of django-environ and environs, `config("X")` of decouple and Starlette, and their typed forms (`env.str("X")`). */
const helpers =
  /^(?:\w*\.)?(?:env|config|environ|Env|getenv|get_env|get_env_variable|env_config)(?:\.(?:str|get|get_value|bool|int|path|url))?$/

/** The variable an expression reads, in the ways Python programs read them; null for any other expression. */
export function environmentRead(value: Value): EnvironmentRead | null {
  if (value.kind === 'subscript') {
    const owner = dotted(value.of)
    const name = stringOf(value.index)
    return name !== null && (owner === 'os.environ' || owner === 'environ')
      ? { name, otherwise: null, line: value.line }
      : null
  }
  if (value.kind !== 'call') return null
  const callee = dotted(value.callee)
  if (callee === null) return null
  const name = stringOf(argument(value, 0))
  if (name === null || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return null
  if (getters.has(callee)) return { name, otherwise: argument(value, 1, 'default'), line: value.line }
  // A helper's second position may be a cast; only the keyword says that there is a default.
  if (helpers.test(callee)) return { name, otherwise: value.keywords.get('default') ?? null, line: value.line }
  return null
}
