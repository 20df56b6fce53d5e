import { closureOf, importsOf, isOtherwiseThere } from '../../../python/source/imports.ts'
import { findBelow, joinPath, parentOf } from '../../../python/source/resolve.ts'
import type { WherryError } from '../../../kit/error.ts'
import { appModuleMissing, syntaxError } from './errors.ts'
import type { Search } from './search.ts'

/** Faults for which the app cannot start anywhere: files on the way to it that do not parse, modules that are not there. */
export function findFault(search: Search, file: string): WherryError | null {
  const { tree } = search.evaluator
  const closure = [...closureOf(tree, file)]
  for (const one of closure) {
    const { fault } = tree.module(one)
    if (!fault || !runsOnImport(search, file, one)) continue
    return syntaxError({
      what: `${one} is not valid Python 3: line ${fault.line}.`,
      why: `${fault.python2 ? 'It is Python 2. ' : ''}${one === file ? 'The app is made in it.' : `${file} imports it.`}`,
      next: `Correct line ${fault.line} of ${one}.`,
      evidence: [{ file: one, line: fault.line, text: fault.text }],
    })
  }
  return missingModule(search, file)
}

/** True when importing `file` imports `other` without a condition: at top level, outside `try`. */
function runsOnImport(search: Search, file: string, other: string): boolean {
  return firmClosure(search, file).has(other)
}

function firmClosure(search: Search, file: string): Set<string> {
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

/** A relative import always means the repository's own package: what it names must be there. */
function missingModule(search: Search, file: string): WherryError | null {
  const { tree } = search.evaluator
  const files = new Set(search.texts.files)
  for (const one of firmClosure(search, file)) {
    for (const found of importsOf(tree, one)) {
      const { guard, conditional, tried } = found.placed
      if (
        found.level === 0 ||
        found.file !== null ||
        found.module === '' ||
        guard !== null ||
        conditional ||
        tried ||
        found.nested
      )
        continue
      let directory = parentOf(one)
      for (let up = 1; up < found.level; up += 1) directory = parentOf(directory)
      if (generated.test(found.module) || findBelow(tree, directory, found.module)) continue
      const path = found.module.replaceAll('.', '/')
      if (
        isOtherwiseThere(files, directory, path) ||
        search.texts.files.some(
          name => name.startsWith(`${joinPath(directory, path)}.`) || name.startsWith(`${joinPath(directory, path)}/`),
        )
      )
        continue
      return appModuleMissing({
        what: `${one} imports ${'.'.repeat(found.level)}${found.module}, which is not in the repository.`,
        why: one === file ? 'The app is made in it.' : `The app in ${file} imports ${one}.`,
        next: 'Commit the module, or remove the import.',
        evidence: [{ file: one, line: found.line, text: (tree.text(one).split('\n')[found.line - 1] ?? '').trim() }],
      })
    }
  }
  return null
}
