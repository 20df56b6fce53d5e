import { closureOf, importsOf, type Import } from '../../../python/source/imports.ts'
import { findBelow, findImported, joinPath, packageRoot, parentOf } from '../../../python/source/resolve.ts'
import type { WherryError } from '../../../kit/error.ts'
import type { SyntaxFault } from '../../../python/source/syntax.ts'
import { unsupportedPython } from '../../../plan-errors.ts'
import { appModuleMissing, syntaxError } from './errors.ts'
import type { Search } from './search.ts'

/** Faults for which the app cannot start anywhere: files on the way to it that do not parse, modules that are not there. */
export function findFault(search: Search, file: string): WherryError | null {
  const { tree } = search.evaluator
  const closure = [...closureOf(tree, file)]
  for (const one of closure) {
    const { fault } = tree.module(one)
    if (!fault || !runsOnImport(search, file, one)) continue
    if (fault.python2) return refusePython2(one, fault, one === file ? 'The app is made in it.' : `${file} imports it.`)
    return syntaxError({
      what: `${one} is not valid Python 3: line ${fault.line}.`,
      why: one === file ? 'The app is made in it.' : `${file} imports it.`,
      next: `Correct line ${fault.line} of ${one}.`,
      evidence: [{ file: one, line: fault.line, text: fault.text }],
    })
  }
  return missingModule(search, file)
}

/** No image holds Python 2, whose support ended in 2020. @see PEP 373 */
export function refusePython2(file: string, fault: SyntaxFault, why: string): WherryError {
  return unsupportedPython({
    what: `${file} is Python 2 code: line ${fault.line}.`,
    why: `${why} No supported Python runs it.`,
    next: 'Port the app to Python 3.',
    evidence: [{ file, line: fault.line, text: fault.text }],
  })
}

/** True when importing `file` imports `other` without a condition: at top level, outside `try`. */
function runsOnImport(search: Search, file: string, other: string): boolean {
  return firmClosure(search, file).has(other)
}

/** The files that importing `file` runs in any case. */
export function firmClosure(search: Search, file: string): Set<string> {
  const { tree } = search.evaluator
  const seen = new Set([file])
  for (const next of seen) {
    for (const one of importsOf(tree, next)) {
      const { guard, conditional, tried } = one.placed
      if (one.file !== null && guard === null && !conditional && !tried && !one.nested) seen.add(one.file)
    }
  }
  return seen
}

/** Written by a build or by hand outside git; their absence here proves nothing. */
const generated =
  /(?:^|\.)(?:_?version|__version__|__about__|\w+_pb2(?:_grpc)?|_version_\w*|local_?settings\w*|settings_?local|\w*secrets?\w*|_?build\w*|_generated\w*)$/

/** A relative import, and an absolute one from the repository's own package, means the repository: what it names must be there. */
function missingModule(search: Search, file: string): WherryError | null {
  const missing = findMissing(search, file, generated)
  if (!missing) return null
  const { from, line, written, text } = missing
  return appModuleMissing({
    what: `${from} imports ${written}, which is not in the repository.`,
    why: from === file ? 'The app is made in it.' : `The app in ${file} imports ${from}.`,
    next: 'Commit the module, or remove the import.',
    evidence: [{ file: from, line, text }],
  })
}

/** An import of the repository's own that cannot succeed. */
export interface MissingImport {
  readonly from: string
  readonly line: number
  /** As written, dots included. */
  readonly written: string
  readonly text: string
}

/** The first import of the repository's own that importing `file` runs, outside `try` and `if`, and whose module is nowhere. `allowed` names may be. */
export function findMissing(search: Search, file: string, allowed: RegExp): MissingImport | null {
  const { tree } = search.evaluator
  for (const from of firmClosure(search, file)) {
    for (const found of importsOf(tree, from)) {
      const { guard, conditional, tried } = found.placed
      if (guard !== null || conditional || tried || found.nested) continue
      if (found.file !== null || found.module === '' || allowed.test(found.module)) continue
      if (found.level === 0 ? !isLost(search, from, found.module) : isThere(search, from, found)) continue
      const text = (tree.text(from).split('\n')[found.line - 1] ?? '').trim()
      return { from, line: found.line, written: `${'.'.repeat(found.level)}${found.module}`, text }
    }
  }
  return null
}

/** True for `shop.settings.local` in a file of shop/, when shop/settings/ is a package and has nothing called `local`. */
function isLost({ evaluator: { tree }, texts }: Search, from: string, module: string): boolean {
  const parts = module.split('.')
  const last = parts.pop() ?? ''
  const above = parts.length === 0 ? null : findImported(tree, from, 0, parts.join('.'))
  if (!above?.file?.endsWith('/__init__.py') || above.directory === null) return false
  const top = parts.slice(1).reduce(parentOf, above.directory)
  // `email.encoders` in shop/hook/email/ is the standard library's: a package inside another is imported by its whole name.
  if (packageRoot(tree, above.file) !== parentOf(top)) return false
  const base = joinPath(above.directory, last)
  // A package may make its submodules up while it is imported.
  const isPlain = !/__path__|sys\.modules|__getattr__/.test(tree.text(above.file))
  return isPlain && from.startsWith(`${top}/`) && !isIn(texts, base)
}

/** True for a namespace, and for what is there in another form than Python source. */
function isThere({ evaluator, texts }: Search, from: string, { level, module }: Import): boolean {
  let directory = parentOf(from)
  for (let up = 1; up < level; up += 1) directory = parentOf(directory)
  const base = joinPath(directory, module.replaceAll('.', '/'))
  return findBelow(evaluator.tree, directory, module) !== null || isIn(texts, base)
}

function isIn({ files }: Search['texts'], base: string): boolean {
  return files.some(name => name.startsWith(`${base}.`) || name.startsWith(`${base}/`))
}
