import { findOrigin } from '../../../../python/source/origin.ts'
import type { Statement } from '../../../../python/source/statement.ts'
import { walk } from '../../../../python/source/statement.ts'
import type { SourceTree } from '../../../../python/source/tree.ts'
import { dotted, values, type CallValue, type Value } from '../../../../python/source/value.ts'

/** Reading Django's settings and the files that name them, as far as literals go. */

/** A settings module some file names, and where. */
export interface NamedSettings {
  readonly module: string
  readonly file: string
  readonly line: number
}

/** Every value a file gives DJANGO_SETTINGS_MODULE: `os.environ.setdefault(…)`, `os.environ[…] = …`, `execute(…, settings=…)`. */
export function settingsNamedIn(tree: SourceTree, file: string): NamedSettings[] {
  if (!tree.text(file).includes('DJANGO_SETTINGS_MODULE')) return []
  const found: NamedSettings[] = []
  for (const statement of everything(tree.module(file).body)) {
    if (statement.kind === 'expression') {
      for (const value of values(statement.value)) {
        if (value.kind !== 'call' || !isSetdefault(value)) continue
        const module = literal(tree, file, value.args[1] ?? null)
        if (module !== null) found.push({ module, file, line: value.line })
      }
    }
    if (statement.kind !== 'assign' || !statement.value) continue
    for (const target of statement.targets) {
      if (
        target.kind !== 'subscript' ||
        target.index?.kind !== 'string' ||
        target.index.text !== 'DJANGO_SETTINGS_MODULE'
      )
        continue
      const module = literal(tree, file, statement.value)
      if (module !== null) found.push({ module, file, line: statement.line })
    }
  }
  return found
}

function isSetdefault(call: CallValue): boolean {
  const [key] = call.args
  return (
    /(?:^|\.)environ\.setdefault$/.test(dotted(call.callee) ?? '') &&
    key?.kind === 'string' &&
    key.text === 'DJANGO_SETTINGS_MODULE'
  )
}

/** Every statement, functions and classes included. */
export function* everything(body: readonly Statement[]): Generator<Statement> {
  for (const { statement } of walk(body)) {
    yield statement
    if (statement.kind === 'function' || statement.kind === 'class') yield* everything(statement.body)
  }
}

/** The text of a setting of a settings module, star imports and fallbacks of `environ.get` followed; null when it is none. */
export function settingText(
  tree: SourceTree,
  file: string,
  name: string,
): { readonly text: string; readonly file: string; readonly line: number } | null {
  const origin = findOrigin(tree, file, name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value') return null
  const text = literal(tree, origin.file, origin.binding.value)
  return text === null ? null : { text, file: origin.file, line: origin.binding.line }
}

/** The value of a setting, where it is bound. */
export function settingValue(tree: SourceTree, file: string, name: string): Value | null {
  const origin = findOrigin(tree, file, name)
  return origin?.kind === 'bound' && origin.binding.kind === 'value' ? origin.binding.value : null
}

/** Text that is written out, or the default of a look-up in the environment. */
function literal(tree: SourceTree, file: string, value: Value | null, depth = 0): string | null {
  if (!value || depth > 8) return null
  const inner = (one: Value | null | undefined): string | null => literal(tree, file, one ?? null, depth + 1)
  switch (value.kind) {
    case 'string':
      return value.text
    case 'either':
      return value.options.map(inner).find(text => text !== null) ?? null
    case 'name':
      return named(tree, file, value, depth)
    case 'format': {
      const replaced = value.replaced.values().map(inner)
      const parts = value.parts.map(part => part ?? replaced.next().value ?? null)
      return parts.includes(null) ? null : parts.join('')
    }
    case 'operation': {
      const [left, right] = [inner(value.left), inner(value.right)]
      if (left === null || right === null) return null
      return value.operator === '+' ? left + right : value.operator === '%' ? left.replace('%s', () => right) : null
    }
    case 'call':
      return value.args.length > 1 && value.args[0]?.kind === 'string'
        ? inner(value.args[1])
        : inner(value.keywords.get('default'))
    default:
      return null
  }
}

/** A name's text: what the file itself binds without a condition first, in whichever function that is. */
function named(tree: SourceTree, file: string, value: Extract<Value, { kind: 'name' }>, depth: number): string | null {
  const own = [...everything(tree.module(file).body)].filter(
    one => one.kind === 'assign' && one.targets.some(target => target.kind === 'name' && target.name === value.name),
  )
  for (const one of own) {
    const text = one.kind === 'assign' && one.value !== value ? literal(tree, file, one.value, depth + 1) : null
    if (text !== null) return text
  }
  const origin = own.length > 0 ? null : findOrigin(tree, file, value.name)
  if (origin?.kind !== 'bound' || origin.binding.kind !== 'value') return null
  return literal(tree, origin.file, origin.binding.value, depth + 1)
}
