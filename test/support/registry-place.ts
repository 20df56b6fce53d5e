import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCache, type Cache } from '../../src/kit/cache.ts'
import type { Entry } from '../../src/model/tree.ts'
import { assemble, makeLayers, viewImage, type ImageView } from '../../src/oci/index.ts'
import { parseReference, pullImage, pushImage, type Movement } from '../../src/oci/registry/index.ts'

/** An image with a cache of its own, to be pushed and pulled: one large layer that does not compress, and small ones. */
export interface RegistryPlace {
  readonly cache: Cache
  readonly view: ImageView
  /** Compressed bytes of all layers. */
  readonly size: number
  push(to: string, options?: PushSettings): Promise<{ reference: string; digest: string; states: string[] }>
  /** Into an empty cache: the digest and the config's digest. */
  pull(from: string, env?: Readonly<Record<string, string>>): Promise<{ digest: string; configDigest: string }>
  remove(): Promise<void>
}

export interface PushSettings {
  readonly env?: Readonly<Record<string, string>>
  readonly dialect?: 'oci' | 'docker'
  /** Forget which repositories have which blobs. */
  readonly forget?: boolean
}

const nobody = { HOME: '/nonexistent', PATH: process.env['PATH'] ?? '' }

export async function makeRegistryPlace(largest = 5_000_000): Promise<RegistryPlace> {
  const root = await mkdtemp(join(tmpdir(), 'wherry-registry-place-'))
  const cache = openCache(join(root, 'cache'))
  const file = (path: string, data: Buffer): Entry => ({
    kind: 'file',
    path,
    mode: 0o644,
    size: data.length,
    bytes: { data },
  })
  const trees = [randomBytes(largest), randomBytes(200_000), Buffer.from('app\n')]
  const parts = trees.map((data, i) => ({ what: `part ${i}`, tree: [file(`data/${i}`, data)] }))
  const { layers } = await makeLayers(parts, { cache })
  const image = assemble(layers, {
    architecture: 'amd64',
    user: '10001:10001',
    env: { A: 'b' },
    entrypoint: ['/app'],
    command: ['web'],
    workingDirectory: '/',
    labels: { 'org.opencontainers.image.title': 'shop' },
    created: '1980-01-01T00:00:00Z',
  })
  let number = 0
  return {
    cache,
    view: viewImage(image, cache),
    size: layers.reduce((sum, { size }) => sum + size, 0),
    async push(to, { env = {}, dialect, forget = false } = {}) {
      if (forget) await rm(join(cache.root, 'oci-place'), { recursive: true, force: true })
      const states = new Map<string, Movement['state']>()
      const ref = await pushImage(viewImage(image, cache), parseReference(to), {
        cache,
        env: { ...nobody, ...env },
        watch: ({ digest, state }) => states.set(digest, state),
        ...(dialect ? { dialect } : {}),
      })
      return { ...ref, states: layers.map(({ digest }) => states.get(digest) ?? 'unknown') }
    },
    async pull(from, env = {}) {
      number += 1
      const empty = openCache(join(root, `empty-${number}`))
      const options = { cache: empty, architecture: 'amd64', env: { ...nobody, ...env } } as const
      const { image } = await pullImage(parseReference(from), options)
      return { digest: image.digest, configDigest: image.configDigest }
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
