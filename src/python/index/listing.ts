import { get, HttpStatusError } from '../../kit/http.ts'
import { normalizeName } from '../name.ts'
import type { Authorize } from './credentials.ts'
import { explainStatus } from './fetch.ts'

/** A file an index offers for a project. */
export interface IndexFile {
  readonly file: string
  readonly url: string
  /** Lower-case hex; null when the index does not say. */
  readonly sha256: string | null
  readonly size: number | null
  readonly yanked: boolean
  /** As the index states them; null where it does not. */
  readonly requiresPython: string | null
  /** RFC 3339 (PEP 700). */
  readonly uploaded: string | null
  /** True when the metadata of a wheel lies beside it, under its address with `.metadata` (PEP 658). */
  readonly metadata: boolean
}

const json = 'application/vnd.pypi.simple.v1+json'

/** What an index holds of a project, by its simple API: JSON (PEP 691) or HTML (PEP 503). Null when it does not know the project. */
export async function listFiles(index: string, project: string, authorize: Authorize): Promise<IndexFile[] | null> {
  const base = new URL(index.endsWith('/') ? index : `${index}/`)
  const authorization = authorize(base.href)?.reveal()
  base.username = ''
  base.password = ''
  const url = new URL(`${normalizeName(project)}/`, base).href
  try {
    const { body, headers } = await get(url, {
      headers: { accept: `${json}, text/html;q=0.5`, ...(authorization === undefined ? {} : { authorization }) },
      limit: 128 * 1024 ** 2,
    })
    const text = Buffer.from(body).toString('utf8')
    return headers.get('content-type')?.includes('json') ? parseJson(text, url) : parseHtml(text, url)
  } catch (error) {
    if (!(error instanceof HttpStatusError)) throw error
    if (error.status === 404) return null
    throw explainStatus(error, url, authorization !== undefined)
  }
}

/** The files a page of links holds, as `--find-links` takes it. Throws as `listFiles`; empty where there is no page. */
export async function listPage(address: string, authorize: Authorize): Promise<IndexFile[]> {
  const authorization = authorize(address)?.reveal()
  const url = new URL(address)
  url.username = ''
  url.password = ''
  try {
    const headers = authorization === undefined ? {} : { authorization }
    const { body } = await get(url.href, { headers, limit: 128 * 1024 ** 2 })
    return parseHtml(Buffer.from(body).toString('utf8'), url.href)
  } catch (error) {
    if (!(error instanceof HttpStatusError)) throw error
    if (error.status === 404) return []
    throw explainStatus(error, url.href, authorization !== undefined)
  }
}

/** PEP 691. What is no file of the form expected is left out: an index may know more than we do. */
export function parseJson(text: string, base: string): IndexFile[] {
  const { files } = JSON.parse(text) as { files?: unknown }
  const found: IndexFile[] = []
  for (const item of Array.isArray(files) ? files : []) {
    const { filename, url, hashes, size, yanked, ...more } = (item ?? {}) as Record<string, unknown>
    const sha256 = (hashes as Record<string, unknown> | null | undefined)?.['sha256']
    if (typeof filename !== 'string' || typeof url !== 'string' || !URL.canParse(url, base)) continue
    found.push({
      file: filename,
      url: new URL(url, base).href,
      sha256: asSha256(sha256),
      size: Number.isSafeInteger(size) ? (size as number) : null,
      yanked: yanked !== undefined && yanked !== false,
      requiresPython: textOf(more['requires-python']),
      uploaded: textOf(more['upload-time']),
      metadata: isThere(more['core-metadata']) || isThere(more['dist-info-metadata']),
    })
  }
  return found
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null
}

/** The hashes of what is there, or true (PEP 714). */
function isThere(value: unknown): boolean {
  return value === true || (typeof value === 'object' && value !== null)
}

/** PEP 503: every anchor is a file, its hash the fragment of the address. */
export function parseHtml(text: string, base: string): IndexFile[] {
  const found: IndexFile[] = []
  for (const attributes of anchorsIn(text)) {
    const href = attributeIn(attributes, 'href')
    if (!href || !URL.canParse(href, base)) continue
    const url = new URL(href, base)
    const sha256 = asSha256(/^#sha256=(.+)$/.exec(url.hash)?.[1])
    url.hash = ''
    const file = decode(url.pathname.split('/').at(-1) ?? '')
    const metadata = attributeIn(attributes, 'data-core-metadata') ?? attributeIn(attributes, 'data-dist-info-metadata')
    found.push({
      file,
      url: url.href,
      sha256,
      size: null,
      yanked: /(?:^|\s)data-yanked\b/i.test(attributes),
      requiresPython: textOf(attributeIn(attributes, 'data-requires-python')),
      uploaded: null,
      metadata: metadata !== null && metadata !== 'false',
    })
  }
  return found
}

/** The attributes of each anchor. In quotes a `>` ends nothing: `data-requires-python=">=3.8"` is seldom escaped. */
function* anchorsIn(text: string): Generator<string> {
  const opening = /<a\s/gi
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const from = opening.lastIndex
    let quote = ''
    for (let at = from; at < Math.min(text.length, from + 4000); at += 1) {
      const c = text[at] ?? ''
      if (quote !== '') quote = c === quote ? '' : quote
      else if (c === '"' || c === "'") quote = c
      else if (c === '>') {
        yield text.slice(from, at)
        opening.lastIndex = at
        break
      }
    }
  }
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' }

function attributeIn(attributes: string, name: string): string | null {
  const [, , quoted] = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(["'])(.*?)\\1`, 'i').exec(attributes) ?? []
  return quoted?.replace(/&(?:amp|lt|gt|quot);/g, entity => entities[entity] ?? entity) ?? null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function asSha256(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : null
}
