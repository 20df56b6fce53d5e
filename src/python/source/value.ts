/** An expression of Python source as far as reading can tell, without running it. Every kind carries its 1-based line. */
export type Value =
  | { readonly kind: 'string'; readonly text: string; readonly line: number }
  /** An f-string: known text, and null for each replaced part; `replaced` holds those in order. */
  | {
      readonly kind: 'format'
      readonly parts: readonly (string | null)[]
      readonly replaced: readonly Value[]
      readonly line: number
    }
  | { readonly kind: 'number'; readonly text: string; readonly line: number }
  | { readonly kind: 'constant'; readonly value: boolean | null; readonly line: number }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | { readonly kind: 'attribute'; readonly of: Value; readonly name: string; readonly line: number }
  | CallValue
  | {
      readonly kind: 'sequence'
      readonly type: 'list' | 'tuple' | 'set'
      readonly items: readonly Value[]
      readonly line: number
    }
  | { readonly kind: 'dict'; readonly entries: readonly DictEntry[]; readonly line: number }
  | { readonly kind: 'subscript'; readonly of: Value; readonly index: Value | null; readonly line: number }
  | { readonly kind: 'lambda'; readonly parameters: readonly Parameter[]; readonly body: Value; readonly line: number }
  | { readonly kind: 'await'; readonly of: Value; readonly line: number }
  /** `a if test else b`, `a or b`: any of these may be the value, the first one likeliest. */
  | { readonly kind: 'either'; readonly options: readonly Value[]; readonly line: number }
  | {
      readonly kind: 'operation'
      readonly operator: string
      readonly left: Value
      readonly right: Value
      readonly line: number
    }
  | { readonly kind: 'star'; readonly of: Value; readonly double: boolean; readonly line: number }
  | { readonly kind: 'unknown'; readonly line: number }

export interface CallValue {
  readonly kind: 'call'
  readonly callee: Value
  /** Positional arguments, `*rest` and `**rest` as `star`. */
  readonly args: readonly Value[]
  readonly keywords: ReadonlyMap<string, Value>
  readonly line: number
}

export interface DictEntry {
  /** Null for `**other`. */
  readonly key: Value | null
  readonly value: Value
}

export interface Parameter {
  readonly name: string
  /** `*args` and `**kwargs` take what comes and need nothing. */
  readonly star: '' | '*' | '**'
  readonly value: Value | null
}

/** `a.b.c` for names and attributes of names; null for anything else. */
export function dotted(value: Value): string | null {
  if (value.kind === 'name') return value.name
  if (value.kind !== 'attribute') return null
  const owner = dotted(value.of)
  return owner === null ? null : `${owner}.${value.name}`
}

/** The text of a string literal; null for anything else. */
export function stringOf(value: Value | null | undefined): string | null {
  return value?.kind === 'string' ? value.text : null
}

/** An argument by keyword, else by position. */
export function argument(call: CallValue, position: number, keyword?: string): Value | null {
  const named = keyword === undefined ? undefined : call.keywords.get(keyword)
  if (named) return named
  const given = call.args.slice(0, position + 1)
  if (given.some(value => value.kind === 'star')) return null
  return given[position] ?? null
}

/** The values directly inside a value, in order. */
export function children(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'attribute':
    case 'await':
    case 'star':
      return [value.of]
    case 'call':
      return [value.callee, ...value.args, ...value.keywords.values()]
    case 'sequence':
      return value.items
    case 'dict':
      return value.entries.flatMap(entry => (entry.key ? [entry.key, entry.value] : [entry.value]))
    case 'subscript':
      return value.index ? [value.of, value.index] : [value.of]
    case 'lambda':
      return [value.body]
    case 'either':
      return value.options
    case 'operation':
      return [value.left, value.right]
    case 'format':
      return value.replaced
    default:
      return []
  }
}

/** Every value inside a value, itself first. */
export function* values(value: Value): Generator<Value> {
  yield value
  for (const child of children(value)) yield* values(child)
}
