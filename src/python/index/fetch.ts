import { HttpStatusError, download } from '../../kit/http.ts'
import type { Cache } from '../../kit/cache.ts'
import { mapParallel } from '../../kit/parallel.ts'
import { redactUrl } from '../../kit/secret.ts'
import type { Distribution } from '../../model/lock.ts'
import { distributionGone, indexRefused } from './errors.ts'
import type { Authorize } from './credentials.ts'

export interface FetchOptions {
  readonly cache: Cache
  readonly authorize: Authorize
  readonly signal?: AbortSignal
  /** Downloads at once; 8 without it. */
  readonly concurrency?: number
  /** Told of every chunk that arrives, and of every distribution that is there. */
  readonly onProgress?: (progress: FetchProgress) => void
}

export interface FetchProgress {
  readonly distribution: Distribution
  /** Bytes that arrived since the last report; 0 for what the cache holds. */
  readonly bytes: number
  readonly done: boolean
}

/**
 * Brings distributions by address and hash into the cache; gives their paths in the same order. What is there already is not
 * asked for again. @throws `download-failed`, `wrong-hash`, `index-refused`, `distribution-gone`
 */
export async function fetchDistributions(
  distributions: readonly Distribution[],
  options: FetchOptions,
): Promise<readonly string[]> {
  return mapParallel(distributions, options.concurrency ?? 8, async distribution => {
    const kind = distribution.file.endsWith('.whl') ? 'wheel' : 'sdist'
    const path = await options.cache.entry(kind, distribution.sha256, path => bring(distribution, path, options))
    options.onProgress?.({ distribution, bytes: 0, done: true })
    return path
  })
}

async function bring(distribution: Distribution, path: string, options: FetchOptions): Promise<void> {
  const { url, sha256, size } = distribution
  const authorization = options.authorize(url)?.reveal()
  try {
    await download(
      withoutCredentials(url),
      path,
      { sha256, size },
      {
        ...(authorization === undefined ? {} : { headers: { authorization } }),
        ...(options.signal ? { signal: options.signal } : {}),
        onBytes: bytes => options.onProgress?.({ distribution, bytes, done: false }),
      },
    )
  } catch (error) {
    throw error instanceof HttpStatusError ? explainStatus(error, url, authorization !== undefined) : error
  }
}

function withoutCredentials(text: string): string {
  const url = new URL(text)
  url.username = ''
  url.password = ''
  return url.href
}

/** What a final answer of an index means for whoever set it up. */
export function explainStatus(error: HttpStatusError, url: string, authorized: boolean): Error {
  const { host } = new URL(url)
  if (error.status === 401 || error.status === 403)
    return indexRefused({
      what: `${host} refused ${redactUrl(url)}.`,
      why: `it answered ${error.status}${authorized ? ' to the credentials set for it' : '; no credentials are set for it'}`,
      next: `Put credentials for ${host} into netrc or into the index address pip or uv use, then run the command again.`,
      cause: error,
    })
  return distributionGone({
    what: `${redactUrl(url)} cannot be had.`,
    why: `the server answered ${error.status}`,
    next: 'Lock again, or name the index that holds the file.',
    cause: error,
  })
}
