import type { Distribution } from '../../../model/lock.ts'
import { readSdist } from '../../../python/sdist/read.ts'
import { readMetadata } from '../../../python/wheel/metadata.ts'
import type { Tools } from '../tools.ts'
import { fetchFiles } from '../wheels/fetch.ts'
import { findEnvironment, type Finder } from './find-environment.ts'
import { buildSdists } from './sdists.ts'

/**
 * What a source distribution asks for: by its own account where that is final, else by the wheel it is built into. Throws
 * `sdist-does-not-build`, `build-needs-package`.
 */
export async function sdistMetadata(sdist: Distribution, finder: Finder, tools: Tools): Promise<string> {
  const [path = ''] = await fetchFiles([sdist], finder.checkout, tools)
  const said = await readSdist(path, sdist.file).catch(() => null)
  if (said?.metadata != null) return said.metadata
  const build = await findEnvironment(sdist, finder, tools)
  const [wheel] = await buildSdists([{ ...sdist, build }], finder, tools)
  return wheel ? readMetadata(wheel.path, wheel.file) : ''
}
