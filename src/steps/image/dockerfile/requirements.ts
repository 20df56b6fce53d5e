import type { Distribution, Lock } from '../../../model/lock.ts'
import { inRepository } from '../wheels/fetch.ts'

/** The distributions of a lock in the words of pip, each by its hash; those of the repository from the directory `wheels`. */
export function writeRequirements({ wheels, sdists }: Lock): string {
  return [...wheels, ...sdists]
    .map(each => `${placeOf(each)} --hash=sha256:${each.sha256}\n`)
    .sort()
    .join('')
}

/** The repository's own distributions. */
export function ownDistributions({ wheels, sdists }: Lock): readonly Distribution[] {
  return [...wheels, ...sdists].filter(({ url }) => url.startsWith(inRepository))
}

function placeOf({ name, version, file, url }: Distribution): string {
  return url.startsWith(inRepository) ? `./${file}` : `${name}==${version}`
}
