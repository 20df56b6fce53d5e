import { findBelow, parentOf } from '../../../python/source/resolve.ts'
import type { SourceTree } from '../../../python/source/tree.ts'

/** The package that every `import` finds instead of a module of the same name beside it; null when nothing hides the module. */
export function packageThatHides(tree: SourceTree, file: string): string | null {
  if (file.endsWith('/__init__.py')) return null
  const directory = parentOf(file)
  const name = file.slice(directory === '' ? 0 : directory.length + 1, -'.py'.length)
  const found = findBelow(tree, directory, name)
  return found?.file && found.file !== file ? found.directory : null
}
