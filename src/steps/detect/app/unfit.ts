import type { Group } from './choose.ts'
import { isBelow } from './django/projects.ts'
import { lastName, placeOf, rankName } from './places.ts'
import { declaresPackage, looksLikeBot } from './refuse.ts'
import { readText, type Search } from './search.ts'

/** An app in an example, or in a directory of its own, beside a package to install is not what the repository is for. */
export function isUnfit(search: Search, { best }: Group, start: string): boolean {
  if (best.strength === 'named') return false
  const small = best.strength === 'script' && [null, 'aiohttp', 'tornado'].includes(best.framework)
  if ((small || placeOf(best.file) === 'shown') && looksLikeBot(search)) return true
  if (!declaresPackage(search.texts)) return false
  // A package's command line may start a server on the side; what it is for is to be installed.
  if (best.attribute !== null && best.factory && rankName(best.file) > lastName) return true
  if (small && !isProject(search, best.file)) return true
  if (placeOf(best.file) !== 'app') return true
  const aside = start !== '' && start !== 'src' && search.manifests.has(start)
  return aside && hasPackage(search, start)
}

/** False for a program in a package other than the one the project is named after, when that one is there. */
function isProject({ texts, evaluator }: Search, file: string): boolean {
  const manifests = ['pyproject.toml', 'setup.cfg', 'setup.py'].map(one => readText(texts, one) ?? '').join('\n')
  const name = /^\s*name\s*=\s*["']?([\w.-]+)/m.exec(manifests)?.[1]?.toLowerCase().replace(/[-.]/g, '_')
  const named = ['', 'src/'].map(root => `${root}${name}`).find(directory => evaluator.tree.hasDirectory(directory))
  return named === undefined || !file.includes('/') || isBelow(file, named)
}

/** True when importable packages lie at the root or in `src`, other than the one the app is in. */
function hasPackage({ evaluator }: Search, start: string): boolean {
  return evaluator.tree.files.some(file => {
    const parts = file.split('/')
    const depth = parts[0] === 'src' ? 3 : 2
    return parts.length === depth && parts.at(-1) === '__init__.py' && placeOf(file) === 'app' && !isBelow(file, start)
  })
}
