import { readRequirementsFile } from '../../../python/requirement/file.ts'
import { listLists } from './lists.ts'
import type { Content, FindClaim } from './manager.ts'

/** pip with a requirements file, whatever it is called. */
export const findRequirements: FindClaim = place => {
  const [best] = listLists(place)
  if (best === undefined) return null
  const group = best.use === 'development' ? 'dev' : undefined
  return {
    manager: 'pip',
    lock: null,
    manifest: best.file,
    because: [{ file: best.file, line: null, text: best.reason }],
    kind: 'list',
    read: (): Content => {
      const { requirements, constraints, index, extraIndexes, findLinks, prereleases } = readRequirementsFile(
        best.file,
        place.checkout,
        {
          root: place.directory,
          ...(group === undefined ? {} : { group }),
        },
      )
      return { requirements, sources: { constraints, index, extraIndexes, findLinks, prereleases }, computed: null }
    },
  }
}
