import type { Parameter, Value } from './value.ts'

/** What a module's text says, statement by statement, in order: enough to follow names, too little to run. Lines are 1-based. */
export type Statement =
  | ImportStatement
  | FromStatement
  | AssignStatement
  | AugmentStatement
  | ExpressionStatement
  | FunctionStatement
  | ClassStatement
  | ReturnStatement
  | BlockStatement
  | ScopeStatement
  | RaiseStatement

export interface ImportStatement {
  readonly kind: 'import'
  readonly names: readonly { readonly module: string; readonly as: string | null }[]
  readonly line: number
}

export interface FromStatement {
  readonly kind: 'from'
  /** The number of leading dots. */
  readonly level: number
  /** Without the dots; '' for `from . import x`. */
  readonly module: string
  /** `*` as name for a star import. */
  readonly names: readonly { readonly name: string; readonly as: string | null }[]
  readonly line: number
}

export interface AssignStatement {
  readonly kind: 'assign'
  /** `a = b = v` has two; `a, b = v` has one tuple. */
  readonly targets: readonly Value[]
  /** Null for a bare annotation. */
  readonly value: Value | null
  /** The type written after the name. */
  readonly annotation: Value | null
  /** Values that a `with` or `for` header binds: what is entered or iterated, not what is assigned. */
  readonly by: 'assign' | 'with' | 'for'
  readonly line: number
}

export interface AugmentStatement {
  readonly kind: 'augment'
  readonly target: Value
  readonly operator: string
  readonly value: Value
  readonly line: number
}

export interface ExpressionStatement {
  readonly kind: 'expression'
  readonly value: Value
  readonly line: number
}

export interface FunctionStatement {
  readonly kind: 'function'
  readonly name: string
  readonly async: boolean
  readonly parameters: readonly Parameter[]
  /** The type written after `->`. */
  readonly returns: Value | null
  readonly decorators: readonly Value[]
  readonly body: readonly Statement[]
  readonly line: number
}

export interface ClassStatement {
  readonly kind: 'class'
  readonly name: string
  readonly bases: readonly Value[]
  readonly decorators: readonly Value[]
  readonly body: readonly Statement[]
  readonly line: number
}

export interface ReturnStatement {
  readonly kind: 'return'
  readonly value: Value | null
  readonly line: number
}

export interface ScopeStatement {
  readonly kind: 'global'
  readonly names: readonly string[]
  readonly line: number
}

export interface RaiseStatement {
  readonly kind: 'raise'
  readonly value: Value | null
  readonly line: number
}

export interface BlockStatement {
  readonly kind: 'block'
  readonly word: 'if' | 'try' | 'with' | 'for' | 'while' | 'match'
  readonly branches: readonly Branch[]
  readonly line: number
}

export interface Branch {
  readonly word: string
  /** `main`: runs only as a script (`if __name__ == "__main__"`); `typing`: never runs (`if TYPE_CHECKING`). */
  readonly guard: 'main' | 'typing' | null
  readonly test: Value | null
  readonly body: readonly Statement[]
}

/** A statement found by `walk`, with the conditions it stands under. */
export interface Placed {
  readonly statement: Statement
  readonly guard: 'main' | 'typing' | null
  /** True inside `try` with handlers, so that a failing import there is expected. */
  readonly tried: boolean
  /** True inside an `except` or an `else`-like branch: a fallback of what came before. */
  readonly fallback: boolean
  /** True inside any block but `with`: it may not run. */
  readonly conditional: boolean
}

/** The statements of one scope in order, through its blocks, but not into functions and classes. */
export function* walk(body: readonly Statement[], at: Omit<Placed, 'statement'> = top): Generator<Placed> {
  for (const statement of body) {
    yield { statement, ...at }
    if (statement.kind !== 'block') continue
    const handled = statement.branches.some(branch => branch.word === 'except')
    for (const branch of statement.branches) {
      yield* walk(branch.body, {
        guard: branch.guard ?? at.guard,
        tried: at.tried || (branch.word === 'try' && handled),
        fallback: at.fallback || branch.word === 'except' || branch.word === 'elif' || branch.word === 'else',
        conditional: at.conditional || statement.word !== 'with',
      })
    }
  }
}

const top = { guard: null, tried: false, fallback: false, conditional: false } as const
