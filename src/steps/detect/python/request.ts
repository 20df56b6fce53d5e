import { parseConstraint, type Constraint } from '../../../python/version/constraint.ts'
import { exactly } from './statement.ts'

/** A request for an interpreter, in the forms pyenv, uv, asdf, mise and Heroku write it. */
export type Request =
  | { readonly kind: 'minor'; readonly minor: string; readonly constraint: Constraint }
  | { readonly kind: 'range'; readonly constraint: Constraint }
  /** Another implementation or build than CPython's usual one. */
  | { readonly kind: 'other'; readonly what: string }
  /** `system`, `latest`, the name of somebody's virtual environment: no version. */
  | { readonly kind: 'nothing' }

/** `3.12`, `3.12.1`, `python-3.12.1`, `cpython@3.12`, `3.12-dev`, `3.12.*`, `3`, `>=3.11`, `pypy3.10`, `3.13t` … */
export function readRequest(text: string): Request {
  const wanted = text.trim().toLowerCase()
  if (
    /^(?:pypy|graalpy|jython|ironpython|micropython|miniconda|miniforge|anaconda|mambaforge|stackless|pyston)/.test(
      wanted,
    )
  ) {
    return { kind: 'other', what: text.trim().slice(0, 50) }
  }
  const bare = wanted.replace(/^(?:c?python)?[-@ ]*(?=v?\d|[<>=~^!])/, '').replace(/^v(?=\d)/, '')
  if (/^\d+\.\d+(?:\.\d+)?(?:t|\+freethreaded)$/.test(bare)) return { kind: 'other', what: 'a free-threaded Python' }
  const minor = /^(?:==?)?(\d+\.\d+)(?:\.(?:\d+|\*|x))?(?:-dev|[abc]\d+|rc\d+)?(?:-[\w.-]+)?$/.exec(bare)?.[1]
  if (minor !== undefined) return { kind: 'minor', minor, constraint: exactly(minor) }
  const major = /^(\d+)(?:\.(?:\*|x))?$/.exec(bare)?.[1]
  const constraint =
    major === undefined ? (/^[<>=~^!]/.test(bare) ? parseConstraint(bare) : null) : parseConstraint(`^${major}`)
  return constraint === null ? { kind: 'nothing' } : { kind: 'range', constraint }
}
