import { joinPath, parentOf } from '../../../python/source/resolve.ts'
import type { WrittenCommand } from './commands.ts'
import type { Search } from './search.ts'
import { findTarget } from './target.ts'

/** Where a command's modules may lie: where it starts, its PYTHONPATH, then wherever packages are declared. */
export function directoriesOf(search: Search, directory: string, path: string | null): string[] {
  const start = search.evaluator.tree.hasDirectory(directory) ? directory : ''
  const added = (path ?? '')
    .split(':')
    .map(one => joinPath(start, one.replace(/^\.?\/?|\/$/g, '')))
    .filter(one => one !== '' && search.evaluator.tree.hasDirectory(one))
  const src = [joinPath(start, 'src')].filter(one => search.evaluator.tree.hasDirectory(one))
  return [...new Set([start, ...added, ...src, ...(start === '' ? search.manifests : [''])])]
}

/** A file's command starts in its own directory or at the root; elsewhere only when one directory alone has what it names. */
export function directoriesOfHint(search: Search, { file, directory, command }: WrittenCommand): string[] {
  const { tree } = search.evaluator
  const own = parentOf(file)
  const near = [joinPath(own, directory).replace(/\/$/, ''), directory, own].filter(one => tree.hasDirectory(one))
  const bases = [...new Set(near.flatMap(one => [one, joinPath(one, 'src')]))].filter(one => tree.hasDirectory(one))
  const others = [...search.manifests].filter(
    one => !bases.includes(one) && command.targets.some(target => findTarget(tree, target, [one])),
  )
  return others.length === 1 ? [...bases, ...others] : bases
}
