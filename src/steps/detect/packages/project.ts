import { readPyproject } from '../../../python/manifest/pyproject.ts'
import { locate } from '../../../python/toml/locate.ts'
import { contentOf, type FindClaim } from './manager.ts'
import { pathIn } from './place.ts'

/** pip with a plain pyproject.toml: `[project]` without any manager's lock or table. */
export const findProject: FindClaim = place => {
  const file = pathIn(place, 'pyproject.toml')
  const pyproject = readPyproject(file, place.checkout)
  if (pyproject === null || !pyproject.declares) return null
  const content = contentOf(pyproject, place)
  // With a build backend the project itself is what pip installs, even when it needs nothing else.
  const installs = content.requirements.length > 0 || content.computed !== null || pyproject.backend !== null
  if (!installs) return null
  const line = locate(place.checkout.text(file) ?? '', ['project'], 'dependencies') ?? pyproject.computed?.line ?? null
  return {
    manager: 'pip',
    lock: null,
    manifest: file,
    because: [{ file, line, text: '[project] says the dependencies, without a lock' }],
    kind: 'project',
    read: () => content,
  }
}
