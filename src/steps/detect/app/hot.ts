import { importsOf } from '../../../python/source/imports.ts'
import { scopeOf } from '../../../python/source/scope.ts'
import type { SourceTree } from '../../../python/source/tree.ts'
import { frameworks } from './frameworks/index.ts'
import { placeOf } from './places.ts'

/** The files worth reading: those that can make an app, and those that import one. All others are searched as text only. */

const plain =
  /\(\s*(?:self\s*,\s*)?environ\w*\s*(?::[^,()]*)?,\s*start_resp|scope\s*(?::[^,()]*)?,\s*receive|Request\.application/

/** An import statement of one of the modules, at the start of a line or after `try:`. */
function importOf(modules: readonly string[]): RegExp {
  const names = `(?:${modules.join('|')})\\b`
  return new RegExp(`(?:^|[:;])[ \\t]*(?:from[ \\t]+\\.*${names}|import[ \\t][^\\n#]*\\b${names})`, 'm')
}

const anyImport = importOf(frameworks.flatMap(framework => framework.imports))
const telling = frameworks.map(({ imports, words }) => ({ imports: importOf(imports), words }))

/** Files that name a framework and one of its words, or define a callable of WSGI or ASGI. */
export function findSeeds(tree: SourceTree): string[] {
  return tree.files.filter(file => {
    const place = placeOf(file)
    return (place === 'app' || place === 'shown') && !isMigration(tree, file) && isSeed(tree.text(file))
  })
}

/** Alembic's env.py makes an app for its settings, wherever the migrations lie. */
function isMigration(tree: SourceTree, file: string): boolean {
  return /^from alembic import (?:\w+, )*context/m.test(tree.text(file))
}

function isSeed(text: string): boolean {
  if (plain.test(text)) return true
  if (!anyImport.test(text)) return false
  return telling.some(({ imports, words }) => words.some(word => text.includes(word)) && imports.test(text))
}

/** The files that import one of these, directly or over others, found by text first. */
export function findImporters(tree: SourceTree, hot: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  let fresh = [...hot]
  while (fresh.length > 0) {
    const words = new Set(fresh.map(stemOf).filter(stem => stem !== ''))
    const pattern = new RegExp(
      `(?:^|\\n)[ \\t]*(?:from|import)\\b[^\\n#]*\\b(?:${[...words].map(escape).join('|')})\\b`,
    )
    const next: string[] = []
    const wanted = new Set(fresh)
    for (const file of tree.files) {
      if (hot.has(file) || found.has(file) || placeOf(file) === 'beside' || isMigration(tree, file)) continue
      const text = tree.text(file)
      if (!pattern.test(text) && !/from\s+\.+\s+import/.test(text)) continue
      if (
        !importsOf(tree, file).some(one => one.file !== null && wanted.has(one.file) && one.placed.guard !== 'typing')
      )
        continue
      found.add(file)
      next.push(file)
    }
    fresh = next
  }
  return found
}

function stemOf(file: string): string {
  const parts = file.replace(/\.py$/, '').split('/')
  return (parts.at(-1) === '__init__' ? parts.at(-2) : parts.at(-1)) ?? ''
}

function escape(text: string): string {
  return text.replace(/[^\w]/g, '\\$&')
}

/** Names a module binds itself, in order of appearance, and those it imports. */
export function namesOf(tree: SourceTree, file: string): { readonly own: string[]; readonly imported: string[] } {
  const own: string[] = []
  const imported: string[] = []
  for (const [name, bindings] of scopeOf(tree.module(file).body).names) {
    const live = bindings.filter(binding => binding.placed.guard === null)
    const last = live.at(-1)
    if (!last) continue
    if (last.kind === 'imported' || last.kind === 'module') imported.push(name)
    else own.push(name)
  }
  return { own, imported }
}
