import { findMirrors } from '../../debian/index.ts'
import { openCache } from '../../kit/cache.ts'
import { isWherryError } from '../../kit/error.ts'
import { get, HttpStatusError } from '../../kit/http.ts'
import { redactUrl } from '../../kit/secret.ts'
import { makeAuthorize } from '../../python/index/credentials.ts'
import { findDefaultIndex } from '../../python/index/default-index.ts'
import { listFiles } from '../../python/index/listing.ts'
import { readIndexSettings } from '../../python/index/settings.ts'
import { findUv } from '../../python/index/uv.ts'
import type { Check } from './check.ts'

/** Where packages come from, by this machine's own settings, each asked for something small. */
export async function checkSources(): Promise<Check[]> {
  return Promise.all([pythonIndex(), uv(), debian()])
}

async function pythonIndex(): Promise<Check> {
  return looking(
    'Python index',
    'Set UV_DEFAULT_INDEX, or pip’s index-url, to an index this machine can reach.',
    async () => {
      const settings = await readIndexSettings()
      const main = settings.indexes.find(index => index.main)
      const url = main?.url ?? (await findDefaultIndex(process.env))
      if (!url) throw new Error('no setting of pip or uv names one')
      const files = await listFiles(url, 'uv', makeAuthorize(settings))
      const because = main ? main.from : 'the default of pip'
      return { text: redactUrl(url), because: files === null ? `${because}; it holds no uv` : because }
    },
  )
}

async function uv(): Promise<Check> {
  return looking('uv', 'Install uv, or name an index that has it: what no lock pins is resolved by it.', async () => {
    const { version, path } = await findUv({ cache: openCache(), settings: await readIndexSettings() })
    return { text: version, because: path }
  })
}

async function debian(): Promise<Check> {
  const next =
    'Set WHERRY_DEBIAN_MIRROR to the addresses of a Debian archive and of its security archive, separated by a space.'
  return looking('Debian archive', next, async () => {
    const suite = 'trixie'
    const { archive, security, from } = await findMirrors(suite)
    await get(`${archive}/dists/${suite}/InRelease`, { attempts: 1, stall: 10_000 })
    if (security === null) throw new Error('nothing names a security archive beside it')
    return { text: redactUrl(archive), because: from === 'apt' ? 'apt sources' : 'WHERRY_DEBIAN_MIRROR' }
  })
}

async function looking(
  name: string,
  next: string,
  look: () => Promise<{ readonly text: string; readonly because: string }>,
): Promise<Check> {
  try {
    return { name, state: 'there', ...(await look()), next: null }
  } catch (error) {
    // A fault of ours is no fact about the machine.
    if (error instanceof TypeError || !(error instanceof Error)) throw error
    const because = isWherryError(error) ? `${error.what} ${error.why ?? ''}`.trim() : error.message
    return {
      name,
      state: 'needed',
      text: error instanceof HttpStatusError ? 'refuses' : 'not reachable',
      because,
      next,
    }
  }
}
