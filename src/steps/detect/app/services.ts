import { parentOf } from '../../../python/source/resolve.ts'
import { manifestDirectories, projectRoot } from './roots.ts'
import { readText, type Search, type Texts } from './search.ts'

/** A repository of services: each directory declares its own packages, and the root none. */

const listed = /^(?:dependencies|requires)\s*=|^\[(?:project|metadata|tool\.poetry|packages|dependency-groups)\]/m

/** The directory of the service a file belongs to; null for the root, and where the root's packages are for everything. */
export function serviceOf({ texts, manifests }: Pick<Search, 'texts' | 'manifests'>, file: string): string | null {
  if (declaresAtRoot(texts)) return null
  const own = projectRoot(manifests, parentOf(file))
  return own === '' ? null : own
}

/** False for a pyproject.toml that holds nothing but tools' settings. */
function declaresAtRoot(texts: Texts): boolean {
  const top = texts.files.filter(file => !file.includes('/') || /^requirements\/[^/]+$/.test(file))
  if (!manifestDirectories(top).has('')) return false
  const others = top.filter(file => !/^(?:pyproject\.toml|setup\.cfg)$/.test(file))
  const settings = ['pyproject.toml', 'setup.cfg'].map(file => readText(texts, file) ?? '')
  return manifestDirectories(others).has('') || settings.some(text => listed.test(text))
}
