import { get, HttpStatusError } from '../kit/http.ts'
import { redactUrl } from '../kit/secret.ts'
import { list } from '../kit/text.ts'
import { archiveOutOfDate, badArchive, suiteNotFound } from './errors.ts'
import { archiveKeys, verifySigned } from './signature.ts'
import { parseStanzas, type Stanza } from './stanza.ts'
import { suites, type Distribution } from './suites.ts'

/** What a signed InRelease file says (Debian wiki, RepositoryFormat): which index files there are, by hash. */
export interface Release {
  /** Address of the directory its files lie below. */
  readonly url: string
  readonly byHash: boolean
  readonly files: ReadonlyMap<string, IndexFile>
}

export interface IndexFile {
  readonly sha256: string
  readonly size: number
}

export interface ReleaseOptions {
  readonly distribution: Distribution
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly checkValidUntil: boolean
  /** Armoured; the distribution's own without it. */
  readonly keys?: readonly string[]
  readonly signal?: AbortSignal
}

const day = 86_400_000

/**
 * Fetches and checks `dists/SUITE/InRelease` below a base address: signed by the distribution, of the suite asked for (one pocket
 * served in place of another would hide updates), and valid now. Throws `suite-not-found`, `wrong-signature`, `archive-out-of-date`.
 */
export async function fetchRelease(base: string, suite: string, options: ReleaseOptions): Promise<Release> {
  const url = `${base}/dists/${suite}`
  const shown = redactUrl(`${url}/InRelease`)
  const message = await fetchText(`${url}/InRelease`, suite, options)
  const keys = options.keys ?? (await archiveKeys(options.distribution.name))
  const [stanza] = parseStanzas(await verifySigned(message, keys, shown))
  if (!stanza) throw badArchive({ what: `${shown} says nothing.`, next: 'Check the address of the mirror.' })
  if (stanza.get('suite') !== suite && stanza.get('codename') !== suite) {
    throw suiteNotFound({
      what: `${shown} is signed, but for another suite than ${suite}.`,
      why: `it says Suite ${stanza.get('suite')} and Codename ${stanza.get('codename')}`,
      next: 'Check the address of the mirror.',
    })
  }
  checkDates(stanza, shown, options)
  const files = filesOf(stanza)
  if (files.size === 0) {
    throw badArchive({ what: `${shown} names no index by its sha256.`, next: 'Use another mirror of this archive.' })
  }
  return { url, byHash: stanza.get('acquire-by-hash') === 'yes', files }
}

async function fetchText(url: string, suite: string, options: ReleaseOptions): Promise<string> {
  try {
    const { body } = await get(url, {
      limit: 16 * 1024 ** 2,
      headers: { 'cache-control': 'no-cache' },
      ...(options.signal ? { signal: options.signal } : {}),
    })
    return new TextDecoder().decode(body)
  } catch (error) {
    if (!(error instanceof HttpStatusError)) throw error
    const known = suites.filter(each => each.distribution === options.distribution).map(each => each.name)
    throw suiteNotFound({
      what: `The mirror has no suite ${suite}.`,
      why: error.message,
      next: `Choose another mirror, or a suite it has; Wherry knows ${list(known)} of ${options.distribution.title}.`,
      cause: error,
    })
  }
}

function checkDates(stanza: Stanza, url: string, options: ReleaseOptions): void {
  const made = Date.parse(stanza.get('date') ?? '')
  const until = Date.parse(stanza.get('valid-until') ?? '')
  if (made > options.now + day) {
    throw archiveOutOfDate({
      what: `${url} is from the future.`,
      why: `it was made at ${stanza.get('date')}, and the clock here says ${new Date(options.now).toUTCString()}`,
      next: 'Set the clock of this machine.',
    })
  }
  if (!options.checkValidUntil || !(until < options.now)) return
  throw archiveOutOfDate({
    what: `${url} has expired.`,
    why: `it was valid until ${stanza.get('valid-until')}, and the clock here says ${new Date(options.now).toUTCString()}`,
    next: 'Choose a mirror that follows its source, or set the clock of this machine.',
  })
}

function filesOf(stanza: Stanza): Map<string, IndexFile> {
  const files = new Map<string, IndexFile>()
  for (const line of (stanza.get('sha256') ?? '').split('\n')) {
    const parts = /^\s*([0-9a-f]{64})\s+(\d{1,12})\s+(\S+)$/.exec(line)
    if (parts) files.set(parts[3]!, { sha256: parts[1]!, size: Number(parts[2]) })
  }
  return files
}
