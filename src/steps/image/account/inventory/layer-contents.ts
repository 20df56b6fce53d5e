import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Cache } from '../../../../kit/cache.ts'
import type { Layer } from '../../../../model/image.ts'
import { readMembers, whiteoutOf, type ImageView } from '../../../../oci/index.ts'

/** What a layer holds, read once: its entries with their hashes, and the text of the records packages leave behind. */
export interface LayerContents {
  readonly entries: readonly ContentEntry[]
  /** Path → text. */
  readonly records: ReadonlyMap<string, string>
}

export interface ContentEntry {
  readonly path: string
  /** `removes` deletes the path below, `empties` what the directory held below (image-spec layer.md, "Whiteouts"). */
  readonly kind: 'file' | 'link' | 'removes' | 'empties'
  readonly mode: number
  /** Bytes. */
  readonly size: number
  /** A file's sha256 in lower-case hex; a link's target. */
  readonly content: string
}

/** Counts up whenever the same layer would be read differently. */
const rules = 1

/** Records by which a package says what it is. Anything else is only hashed. */
const recordPath =
  /^(?:var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)|usr\/share\/doc\/[^/]+\/copyright|(?:etc|usr\/lib)\/os-release|(?:.+\/)?[^/]+\.dist-info\/(?:METADATA|RECORD|sboms\/[^/]+\.json))$/

/** Bytes of a record; a RECORD of a hundred thousand files fits. What is larger is no record. */
const largestRecord = 16 * 1024 ** 2
const mostRecords = 256 * 1024 ** 2

const schema = z.object({
  entries: z.array(
    z.tuple([z.string(), z.enum(['file', 'link', 'removes', 'empties']), z.number(), z.number(), z.string()]),
  ),
  records: z.array(z.tuple([z.string(), z.string()])),
})
type Stored = z.infer<typeof schema>

/** Reads a layer of an image whose digests were checked; what the same diffId held before is remembered. Throws `damaged-image`. */
export async function readContents(layer: Layer, view: ImageView, cache: Cache): Promise<LayerContents> {
  const key = `${rules}-${layer.diffId.replace('sha256:', '')}`
  const path = await cache.entry('layer-contents', key, async target => {
    await writeFile(target, JSON.stringify(await survey(layer, view)))
  })
  const stored = schema.parse(JSON.parse(await readFile(path, 'utf8')))
  return {
    entries: stored.entries.map(([path, kind, mode, size, content]) => ({ path, kind, mode, size, content })),
    records: new Map(stored.records),
  }
}

async function survey(layer: Layer, view: ImageView): Promise<Stored> {
  const entries = new Map<string, Stored['entries'][number]>()
  const records: Stored['records'] = []
  let kept = 0
  for await (const { path, type, mode, size, link, body } of readMembers(layer, view)) {
    const mark = whiteoutOf(path)
    if (mark !== null) {
      const [kind, target] =
        'removes' in mark ? (['removes', mark.removes] as const) : (['empties', mark.empties] as const)
      entries.set(`${kind} ${target}`, [target, kind, 0, 0, ''])
    } else if (type === 'symlink') entries.set(path, [path, 'link', 0o777, 0, link])
    else if (type === 'hardlink') {
      const [, , , bytes, content] = entries.get(link) ?? [link, 'file', mode, 0, '']
      entries.set(path, [path, 'file', mode & 0o777, bytes, content])
    } else if (type === 'file') {
      const keep = recordPath.test(path) && size <= largestRecord && kept + size <= mostRecords
      const { sha256, text } = await readBody(body(), keep)
      entries.set(path, [path, 'file', mode & 0o777, size, sha256])
      if (text !== null) records.push([path, text])
      if (keep) kept += size
    }
  }
  return { entries: [...entries.values()], records }
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
  keep: boolean,
): Promise<{ sha256: string; text: string | null }> {
  const hash = createHash('sha256')
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    hash.update(chunk)
    // The reader's buffer is used again for the next chunk.
    if (keep) chunks.push(Uint8Array.from(chunk))
  }
  return { sha256: hash.digest('hex'), text: keep ? Buffer.concat(chunks).toString('utf8') : null }
}
