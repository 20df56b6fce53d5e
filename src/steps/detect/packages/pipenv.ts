import { readPipfile } from '../../../python/manifest/pipfile.ts'
import { contentOf, type FindClaim } from './manager.ts'
import { hasFile, pathIn } from './place.ts'

/** Pipenv: `Pipfile.lock`, or a `Pipfile`. */
export const findPipenv: FindClaim = place => {
  const [lock, manifest] = ['Pipfile.lock', 'Pipfile'].map(name => (hasFile(place, name) ? pathIn(place, name) : null))
  const said = lock ?? manifest
  if (said === null || said === undefined) return null
  return {
    manager: 'pipenv',
    lock: lock ?? null,
    manifest: manifest ?? null,
    because: [
      { file: said, line: null, text: lock === null ? 'Pipfile is there, without a lock' : 'Pipfile.lock is there' },
    ],
    kind: 'tool',
    read: () => contentOf(readPipfile(pathIn(place, 'Pipfile'), place.checkout), place),
  }
}
