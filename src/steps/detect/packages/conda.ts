import { readCondaFile } from '../../../python/manifest/conda.ts'
import { contentOf, type FindClaim } from './manager.ts'
import { hasFile, pathIn } from './place.ts'

/** conda: an environment file, where pip has nothing to go by. */
export const findConda: FindClaim = place => {
  const name = ['environment.yml', 'environment.yaml', 'conda.yml', 'conda.yaml'].find(name => hasFile(place, name))
  if (name === undefined) return null
  const file = pathIn(place, name)
  return {
    manager: 'conda',
    lock: null,
    manifest: file,
    because: [{ file, line: null, text: `${name} is there` }],
    kind: 'list',
    read: () => contentOf(readCondaFile(file, place.checkout), place),
  }
}
