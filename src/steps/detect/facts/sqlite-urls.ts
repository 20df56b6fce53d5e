import { walk, type Statement } from '../../../python/source/statement.ts'
import { children, stringOf, type Value } from '../../../python/source/value.ts'

/** A database URL that source puts together: what follows its `sqlite:///`, text or the values it is made of. */
export interface SqliteUrl {
  readonly line: number
  readonly parts: readonly (string | Value)[]
}

/** `'sqlite:///' + os.path.join(here, 'app.db')`, an f-string, `%` and `.format` of one value. Literals without a part are none. */
export function* sqliteUrls(body: readonly Statement[]): Generator<SqliteUrl> {
  for (const { statement } of walk(body)) {
    if (statement.kind === 'function' || statement.kind === 'class') yield* sqliteUrls(statement.body)
    if (statement.kind !== 'expression' && statement.kind !== 'assign' && statement.kind !== 'return') continue
    if (statement.value) yield* urlsIn(statement.value)
  }
}

function* urlsIn(value: Value): Generator<SqliteUrl> {
  const [first, ...rest] = partsOf(value)
  const start = typeof first === 'string' ? /^sqlite(?:\+\w+)?:\/\/\/(?!\/)(.*)$/s.exec(first)?.[1] : undefined
  // The whole counts, not the sums it is made of.
  if (start !== undefined && rest.length > 0)
    yield { line: value.line, parts: [...(start === '' ? [] : [start]), ...rest] }
  else for (const child of children(value)) yield* urlsIn(child)
}

function partsOf(value: Value): readonly (string | Value)[] {
  if (value.kind === 'string') return [value.text]
  if (value.kind === 'operation' && value.operator === '+') return [...partsOf(value.left), ...partsOf(value.right)]
  if (value.kind === 'operation' && value.operator === '%')
    return filled(stringOf(value.left), '%s', value.right) ?? [value]
  if (value.kind === 'format') return replaced(value.parts, value.replaced)
  const { kind } = value
  if (kind === 'call' && value.callee.kind === 'attribute' && value.callee.name === 'format' && value.args.length === 1)
    return filled(stringOf(value.callee.of), '{}', value.args[0]) ?? [value]
  return [value]
}

function filled(text: string | null, gap: string, value: Value | undefined): readonly (string | Value)[] | null {
  const pieces = text?.split(gap) ?? []
  return pieces.length === 2 && value ? [pieces[0] ?? '', value, pieces[1] ?? ''].filter(part => part !== '') : null
}

function replaced(parts: readonly (string | null)[], values: readonly Value[]): readonly (string | Value)[] {
  let next = 0
  const all = parts.map(part => part ?? values[next++] ?? '')
  return all.filter(part => part !== '')
}
