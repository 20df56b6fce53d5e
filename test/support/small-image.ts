import type { Cache } from '../../src/kit/cache.ts'
import type { ImageConfig } from '../../src/model/image.ts'
import type { FileEntry } from '../../src/model/tree.ts'
import { assemble, keepImage, makeLayers, viewImage, type ImageView } from '../../src/oci/index.ts'

/** An image of a few texts, a layer each, in the cache: what reads images is tried on it. */

const config: ImageConfig = {
  architecture: 'amd64',
  user: '10001:10001',
  env: {},
  entrypoint: ['/bin/true'],
  command: [],
  workingDirectory: '/',
  labels: {},
  created: '1980-01-01T00:00:00Z',
}

export type Texts = Readonly<Record<string, string>>

export async function makeSmallImage(layers: readonly Texts[], cache: Cache): Promise<ImageView> {
  const parts = layers.map((texts, i) => ({
    what: i === 2 ? 'app' : `layer ${i}`,
    tree: Object.entries(texts).map(([path, text]) => fileOf(path, text)),
  }))
  const image = assemble((await makeLayers(parts, { cache })).layers, config)
  return keepImage(viewImage(image, cache), cache)
}

function fileOf(path: string, text: string): FileEntry {
  const data = Buffer.from(text)
  return { kind: 'file', path, mode: 0o644, size: data.length, bytes: { data } }
}

/** METADATA of a distribution; further headers as they are. */
export function metadata(name: string, version: string, ...headers: readonly string[]): string {
  return ['Metadata-Version: 2.4', `Name: ${name}`, `Version: ${version}`, ...headers, '', 'A description.'].join('\n')
}

/** A record as Wherry's bases and distroless have them. */
export function stanza(name: string, version: string, ...fields: readonly string[]): string {
  return [
    `Package: ${name}`,
    'Status: install ok installed',
    `Version: ${version}`,
    'Architecture: amd64',
    ...fields,
    '',
  ].join('\n')
}
