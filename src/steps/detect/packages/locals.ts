import type { Checkout } from '../../../kit/checkout/index.ts'
import { readPyproject } from '../../../python/manifest/pyproject.ts'
import { readSetupCfg } from '../../../python/manifest/setup-cfg.ts'
import { readSetupPy } from '../../../python/manifest/setup-py.ts'
import type { Manifest } from '../../../python/manifest/manifest.ts'
import type { ListedRequirement } from '../../../python/requirement/listed.ts'
import { contentOf } from './manager.ts'
import { pathIn, type Place } from './place.ts'

const mostDirectories = 50

/**
 * The requirements, and after them what the repository's own directories among them need (`-e .`, `./libs/x`): the project asks for
 * those as much as if it had named them. A directory's extras count where the requirement asks for them.
 */
export function followDirectories(
  requirements: readonly ListedRequirement[],
  checkout: Checkout,
): readonly ListedRequirement[] {
  const all = [...requirements]
  const seen = new Set<string>()
  for (const requirement of all) {
    const { path, group, extras } = requirement
    if (path === null || checkout.has(path) || seen.has(path) || seen.size >= mostDirectories) continue
    seen.add(path)
    const place: Place = { checkout, directory: path }
    const manifest = readManifest(place)
    const content = contentOf(manifest, place)
    for (const one of content.requirements) {
      if (one.group === null || extras.includes(one.group)) all.push({ ...one, group })
    }
  }
  return all
}

/** What an installer of the directory would go by. */
export function readManifest(place: Place): Manifest | null {
  const pyproject = readPyproject(pathIn(place, 'pyproject.toml'), place.checkout)
  if (pyproject?.declares === true) return pyproject
  return (
    readSetupPy(pathIn(place, 'setup.py'), place.checkout) ?? readSetupCfg(pathIn(place, 'setup.cfg'), place.checkout)
  )
}
