import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Checkout } from '../../../kit/checkout/index.ts'
import { wrongHash } from '../../../kit/errors.ts'
import type { Distribution } from '../../../model/lock.ts'
import { makeAuthorize } from '../../../python/index/credentials.ts'
import { fetchDistributions } from '../../../python/index/fetch.ts'
import { readIndexSettings } from '../../../python/index/settings.ts'
import { readRegular } from '../../../kit/regular-file.ts'
import { signalOf, type Tools } from '../tools.ts'
import { fetchGit, isGit } from './git.ts'

/** A distribution that lies in the repository has this in place of an address: the path follows. */
export const inRepository = 'file:///'

/**
 * Brings distributions by address and hash, with the credentials the user or the repository set for their servers; those of the
 * repository itself are copied. Gives their paths in the same order; what is in the cache is asked of nobody.
 */
export async function fetchFiles(
  distributions: readonly Distribution[],
  checkout: Checkout,
  tools: Tools,
): Promise<readonly string[]> {
  const remote = distributions.filter(({ url }) => /^https?:/.test(url))
  const settings = await readIndexSettings({ project: tools.indexes ?? [] })
  const options = { cache: tools.cache, authorize: makeAuthorize(settings), ...signalOf(tools) }
  const paths = await fetchDistributions(remote, options)
  const brought = new Map(remote.map((each, i) => [each, paths[i] ?? '']))
  const bring = (each: Distribution): Promise<string> =>
    isGit(each.url) ? fetchGit(each, tools) : copyFromRepository(each, checkout, tools)
  return Promise.all(distributions.map(async each => brought.get(each) ?? bring(each)))
}

function copyFromRepository(each: Distribution, checkout: Checkout, tools: Tools): Promise<string> {
  return tools.cache.entry('wheel', each.sha256, async target => {
    const path = decodeURIComponent(each.url.slice(inRepository.length))
    const bytes = checkout.has(path) ? readRegular(checkout.root, path, 2 * 1024 ** 3) : null
    if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== each.sha256)
      throw wrongHash({
        what: `${path} is not the file that wherry.lock names.`,
        why: bytes === null ? 'it is not in the repository' : `its sha256 is not ${each.sha256}`,
        next: 'Restore the file, or run `wherry update` to lock the new one.',
      })
    await writeFile(target, bytes)
  })
}
