import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hurriedClock } from '../../../test/support/hurried-clock.ts'
import { serveScript, type Asked, type Reply, type ScriptedServer } from '../../../test/support/scripted-server.ts'
import { openCache, type Cache } from '../../kit/cache.ts'
import { digestOf } from '../digest.ts'
import { mediaTypes } from '../media-types.ts'
import { writeTar } from '../tar-write.ts'
import { pullImage } from './pull.ts'
import { parseReference } from './reference.ts'

/** Registries that break or lie: each is found out, nothing of theirs is used, and nothing is left behind. */

let folder: string
let cache: Cache
let server: ScriptedServer | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-pull-'))
  cache = openCache(folder)
})
afterEach(async () => {
  await server?.stop()
  server = undefined
  rmSync(folder, { recursive: true, force: true })
})

interface Content {
  readonly manifest: string
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

async function tarOf(size: number): Promise<Uint8Array> {
  const data = Buffer.alloc(size, 'x')
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar([{ kind: 'file', path: 'a', mode: 0o644, size, bytes: { data } }]))
    chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function content(
  change: (parts: { manifest: object; config: object; layer: Uint8Array }) => object | void = () => {},
) {
  const tar = await tarOf(200_000)
  const layer = gzipSync(tar, { level: 0 })
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
  }
  const configBytes = Buffer.from(JSON.stringify(config))
  const descriptor = (mediaType: string, bytes: Uint8Array): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.oci.manifest,
    config: descriptor(mediaTypes.oci.config, configBytes),
    layers: [descriptor(mediaTypes.oci.layer, layer)],
  }
  const changed = change({ manifest, config, layer }) ?? manifest
  const blobs = new Map([
    [digestOf(configBytes), configBytes],
    [digestOf(layer), layer],
  ] as [string, Uint8Array][])
  return { manifest: JSON.stringify(changed), blobs }
}

function serving(
  { manifest, blobs }: Content,
  over: (asked: Asked, usual: Reply) => Reply | undefined = () => undefined,
) {
  return (asked: Asked): Reply => {
    const [, kind, name = ''] = /^\/v2\/acme\/base\/(manifests|blobs)\/(.+)$/.exec(asked.url) ?? []
    const blob = blobs.get(name)
    const usual: Reply =
      kind === 'manifests' && (name === 'latest' || name === digestOf(manifest))
        ? { body: manifest, headers: { 'content-type': mediaTypes.oci.manifest } }
        : kind === 'blobs' && blob
          ? { body: blob }
          : { status: 404 }
    return over(asked, usual) ?? usual
  }
}

async function pull(script: (asked: Asked) => Reply, name = ':latest', limits = {}, clock = hurriedClock()) {
  server = await serveScript(script)
  const reference = parseReference(`${server.host}/acme/base${name}`)
  const env = { HOME: '/nonexistent', PATH: '' }
  return pullImage(reference, { cache, architecture: 'amd64', env, limits, clock })
}

function leftovers(): string[] {
  return readdirSync(join(folder, 'tmp'))
}

test('a good image comes whole, and by digest nothing is asked again', async () => {
  const good = await content()
  const view = await pull(serving(good))
  expect(view.image.digest).toBe(digestOf(good.manifest))
  const times = server?.asked.length
  const reference = parseReference(`${server?.host}/acme/base@${view.image.digest}`)
  expect((await pullImage(reference, { cache, architecture: 'amd64' })).image).toEqual(view.image)
  expect(server?.asked.length).toBe(times)
  expect(leftovers()).toEqual([])
})

test('a cut transfer goes on where it stopped', async () => {
  const good = await content()
  const layer = [...good.blobs.values()][1] ?? new Uint8Array()
  let times = 0
  await pull(
    serving(good, ({ url, headers }) => {
      if (!url.endsWith(digestOf(layer))) return undefined
      times += 1
      if (times === 1) return { body: layer, cutAfter: 150_000 }
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1])
      expect(from).toBeGreaterThan(0)
      const range = `bytes ${from}-${layer.length - 1}/${layer.length}`
      return { status: 206, body: layer.subarray(from), headers: { 'content-range': range } }
    }),
  )
  expect(times).toBe(2)
})

test('a server that knows no ranges, or gives another one, is begun with anew', async () => {
  const good = await content()
  const layer = [...good.blobs.values()][1] ?? new Uint8Array()
  for (const second of [{ status: 200 }, { status: 206, headers: { 'content-range': `bytes 0-9/10` } }]) {
    let times = 0
    const view = await pull(
      serving(good, ({ url }) => {
        if (!url.endsWith(digestOf(layer))) return undefined
        times += 1
        return times === 1 ? { body: layer, cutAfter: 1000 } : { body: layer, ...second }
      }),
    )
    expect(view.image.digest).toBe(digestOf(good.manifest))
    await server?.stop()
    rmSync(folder, { recursive: true })
    cache = openCache(folder)
  }
})

test('one that never sends to the end is given up before three times the bytes have come', async () => {
  const good = await content()
  const layer = [...good.blobs.values()][1] ?? new Uint8Array()
  let times = 0
  const over = ({ url }: Asked): Reply | undefined => {
    if (!url.endsWith(digestOf(layer))) return undefined
    times += 1
    return { body: layer, cutAfter: layer.length - 1 }
  }
  const clock = hurriedClock()
  await expect(pull(serving(good, over), ':latest', {}, clock)).rejects.toMatchObject({ code: 'registry-failing' })
  expect(times).toBe(6)
  expect(clock.waited).toHaveLength(5)
  expect(leftovers()).toEqual([])
})

test('a transfer whose last byte has come is not asked for again, though its end is cut', async () => {
  const good = await content()
  const layer = [...good.blobs.values()][1] ?? new Uint8Array()
  const view = await pull(
    serving(good, ({ url, headers }) => {
      if (!url.endsWith(digestOf(layer))) return undefined
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      // What has come and was not read yet is lost with the connection: then a rest is rightly asked for.
      if (from > 0 && from < layer.length)
        return {
          status: 206,
          body: layer.subarray(from),
          headers: { 'content-range': `bytes ${from}-${layer.length - 1}/${layer.length}` },
        }
      if (from > 0) return { status: 416 }
      return { body: layer, cutAfter: layer.length, headers: { 'content-length': `${layer.length + 1}` } }
    }),
  )
  expect(view.image.digest).toBe(digestOf(good.manifest))
})

const evil: readonly [string, string, (good: Content) => (asked: Asked) => Reply][] = [
  [
    'another digest in the header',
    'registry-wrong-digest',
    good =>
      serving(good, ({ url }, usual) =>
        url.includes('manifests')
          ? { ...usual, headers: { ...usual.headers, 'docker-content-digest': digestOf('x') } }
          : undefined,
      ),
  ],
  [
    'a manifest of 50 MB',
    'registry-wrong-digest',
    good =>
      serving(good, ({ url }) => (url.includes('manifests') ? { body: Buffer.alloc(50_000_000, ' ') } : undefined)),
  ],
  ['no JSON', 'damaged-image', good => serving({ ...good, manifest: '<html>' })],
  ['a byte order mark', 'damaged-image', good => serving({ ...good, manifest: `\uFEFF${good.manifest}` })],
  [
    'a key given twice',
    'damaged-image',
    good => serving({ ...good, manifest: good.manifest.replace('{', '{"schemaVersion":2,') }),
  ],
  [
    'manifest and index at once',
    'damaged-image',
    good => serving({ ...good, manifest: good.manifest.replace('{', '{"manifests":[],') }),
  ],
  [
    'a negative size',
    'damaged-image',
    good => serving({ ...good, manifest: good.manifest.replace(/"size":\d+/, '"size":-1') }),
  ],
  [
    'a size of 2^63',
    'damaged-image',
    good => serving({ ...good, manifest: good.manifest.replace(/"size":\d+/, '"size":9223372036854775808') }),
  ],
  [
    'terabytes',
    'image-too-large',
    good => serving({ ...good, manifest: good.manifest.replace(/"size":\d+\}\]/, '"size":1099511627776}]') }),
  ],
  [
    'a digest that climbs',
    'damaged-image',
    good => serving({ ...good, manifest: good.manifest.replace(/sha256:[0-9a-f]+/, 'sha256:../../etc/passwd') }),
  ],
  [
    'no layer where one is promised',
    'registry-refused',
    good => serving(good, ({ url }) => (url.includes('blobs') ? { status: 404 } : undefined)),
  ],
  [
    'other bytes',
    'registry-wrong-digest',
    good =>
      serving(good, ({ url }, usual) =>
        url.includes('blobs') ? { body: Buffer.from(usual.body ?? '').fill(0, 50, 60) } : undefined,
      ),
  ],
  [
    'more bytes',
    'registry-wrong-digest',
    good =>
      serving(good, ({ url }, usual) =>
        url.includes('blobs') ? { body: Buffer.concat([Buffer.from(usual.body ?? ''), Buffer.alloc(10)]) } : undefined,
      ),
  ],
  [
    'schema 1',
    'unsupported-image',
    good =>
      serving(
        { ...good, manifest: '{"schemaVersion":1,"mediaType":"application/vnd.docker.distribution.manifest.v1+json"}' },
        ({ url }) =>
          url.includes('manifests')
            ? {
                body: '{"schemaVersion":1}',
                headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
              }
            : undefined,
      ),
  ],
  ['nothing', 'image-not-found', () => () => ({ status: 404 })],
  [
    'a closed door',
    'registry-denied',
    () => () => ({ status: 403, body: '{"errors":[{"code":"DENIED","message":"go \\u001b[31maway"}]}' }),
  ],
  ['failure', 'registry-failing', () => () => ({ status: 503, headers: { 'retry-after': '999999' } })],
]

test.each(evil)('a registry that sends %s: %s', async (_, code, script) => {
  const error: unknown = await pull(script(await content())).catch((error: unknown) => error)
  expect(error).toMatchObject({ code })
  expect(JSON.stringify(error)).not.toContain('\\u001b')
  expect(readdirSync(folder).includes('tmp') ? leftovers() : []).toEqual([])
})

test('an index within an index within an index is refused', async () => {
  const asIndex = (inner: string): string =>
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        { mediaType: 'application/vnd.oci.image.index.v1+json', digest: digestOf(inner), size: inner.length },
      ],
    })
  const all = new Map<string, string>()
  let top = (await content()).manifest
  for (let depth = 0; depth < 20; depth += 1) {
    top = asIndex(top)
    all.set(digestOf(top), top)
  }
  const script = ({ url }: Asked): Reply => {
    const name = url.split('/manifests/')[1] ?? ''
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' }
    return { body: name === 'latest' ? top : (all.get(name) ?? ''), headers }
  }
  await expect(pull(script)).rejects.toMatchObject({ code: 'damaged-image' })
  expect(server?.asked.length).toBeLessThan(10)
})

test('a layer that inflates without end, and addresses in a manifest that are never asked', async () => {
  const bomb = await content(({ manifest }) => manifest)
  await expect(pull(serving(bomb), ':latest', { most: 1000 })).rejects.toMatchObject({ code: 'image-too-large' })
  await server?.stop()
  const foreign = await serveScript(() => ({ body: 'foreign' }))
  const lured = await content(({ manifest, layer }) => ({
    ...manifest,
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: digestOf(layer),
        size: layer.length,
        urls: [`http://${foreign.host}/layer`],
      },
    ],
  }))
  await expect(pull(serving(lured))).rejects.toMatchObject({ code: 'unsupported-image' })
  expect(foreign.asked).toEqual([])
  await foreign.stop()
})
