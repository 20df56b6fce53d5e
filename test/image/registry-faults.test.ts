import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { startFaultProxy, type Fault, type FaultProxy, type Seen } from '../support/fault-proxy.ts'
import { makeRegistryPlace, type RegistryPlace } from '../support/registry-place.ts'
import { crane, startDistribution, startGgcr, type RunningRegistry } from '../support/registries.ts'

/**
 * Bad lines and bad days of real registries: the right digest arrives, or a named error says why not and nothing is tagged; no more
 * than twice the bytes travel.
 */

let place: RegistryPlace
let registry: RunningRegistry
let large: number

const most = (): number => 2 * place.size + 2 * 1024 ** 2

beforeAll(async () => {
  place = await makeRegistryPlace()
  registry = await startDistribution()
  large = place.view.image.layers[0]?.size ?? 0
})
afterAll(async () => {
  await registry?.stop()
  await place?.remove()
})

async function withFaults<T>(
  fault: FaultProxy['fault'],
  work: (proxy: FaultProxy) => Promise<T>,
  at = registry,
): Promise<T> {
  const proxy = await startFaultProxy(at.host)
  proxy.fault = fault
  try {
    return await work(proxy)
  } finally {
    await proxy.stop()
  }
}

const isLayer = ({ method, path }: Seen): boolean => method === 'PUT' && path.includes('/blobs/uploads/')
const isLarge = (seen: Seen): boolean => isLayer(seen) && seen.size === large

/** The fault for the first `times` requests that fit. */
function first(times: number, fits: (seen: Seen) => boolean, fault: Fault): FaultProxy['fault'] {
  let left = times
  return seen => {
    if (left === 0 || !fits(seen)) return null
    left -= 1
    return fault
  }
}

const manifest = (seen: Seen): boolean => seen.method === 'PUT' && seen.path.includes('/manifests/sha256:')
const tag = (seen: Seen): boolean => seen.method === 'PUT' && /\/manifests\/[^:]+$/.test(seen.path)

const passing: readonly [string, () => FaultProxy['fault']][] = [
  ['a cut before the first byte', () => first(1, isLarge, { cutRequest: 0 })],
  ['a cut after 64 KiB', () => first(1, isLarge, { cutRequest: 65_536 })],
  ['a cut half-way', () => first(1, isLarge, { cutRequest: large / 2 })],
  ['a cut at the last byte', () => first(1, isLarge, { cutRequest: large - 1 })],
  ['a lost answer to a layer', () => first(1, isLarge, { loseAnswer: true })],
  ['lost answers to all that is sent', () => first(4, isLayer, { loseAnswer: true })],
  ['a lost answer to the manifest', () => first(1, manifest, { loseAnswer: true })],
  ['a lost answer to the tag', () => first(1, tag, { loseAnswer: true })],
  ['a cut of the tag', () => first(1, tag, { cutRequest: 10 })],
  [
    '429 with Retry-After',
    () => first(2, seen => seen.method === 'POST', { status: 429, headers: { 'retry-after': '1' } }),
  ],
  ['three 503', () => first(3, isLarge, { status: 503 })],
  ['500 on everything, twice', () => first(2, () => true, { status: 500 })],
  ['502 on the manifest', () => first(2, manifest, { status: 502 })],
  ['a slow start', () => first(3, () => true, { delay: 300 })],
]

test.each(passing)('push: %s is got over', async (_, fault) => {
  await withFaults(fault(), async proxy => {
    const to = `${proxy.host}/faults/${randomUUID()}:1`
    const { digest } = await place.push(to, { forget: true })
    expect(digest).toBe(place.view.image.digest)
    expect(proxy.bytes.up).toBeLessThan(most())
    expect(await place.pull(to)).toMatchObject({ digest })
  })
})

test('push: a registry that is killed in the middle, and has forgotten its uploads, is begun with anew', async () => {
  let killed = false
  await withFaults(
    seen => {
      if (killed || !isLarge(seen)) return null
      killed = true
      return { loseAnswer: true, meanwhile: () => registry.restart() }
    },
    async proxy => {
      const { digest } = await place.push(`${proxy.host}/faults/${randomUUID()}:1`, { forget: true })
      expect(digest).toBe(place.view.image.digest)
    },
  )
})

test.each(['Distribution', 'go-containerregistry'])(
  'push: a proxy that limits bodies makes us send pieces, to %s',
  async name => {
    const target = name === 'Distribution' ? registry : await startGgcr()
    const big = await makeRegistryPlace(40_000_000)
    try {
      const limit: FaultProxy['fault'] = ({ size }) => (size > 20_000_000 ? { status: 413 } : null)
      await withFaults(
        limit,
        async proxy => {
          const to = `${proxy.host}/faults/pieces:1`
          expect(await big.push(to)).toMatchObject({ digest: big.view.image.digest })
          expect(proxy.asked.filter(line => line.startsWith('PATCH')).length).toBe(3)
          expect((await exec([await crane(), 'validate', '--insecure', '--remote', to])).code).toBe(0)
        },
        target,
      )
    } finally {
      await big.remove()
      if (target !== registry) await target.stop()
    }
  },
)

const final: readonly [string, string, number, () => FaultProxy['fault']][] = [
  ['endless cuts', 'registry-failing', 9, () => seen => (isLarge(seen) ? { cutRequest: large - 1 } : null)],
  ['an endless 503', 'registry-failing', 15, () => seen => (isLayer(seen) ? { status: 503 } : null)],
  [
    'Retry-After: 99999999',
    'registry-failing',
    3,
    () => seen => (isLayer(seen) ? { status: 503, headers: { 'retry-after': '99999999' } } : null),
  ],
  ['400', 'registry-refused', 3, () => seen => (isLayer(seen) ? { status: 400 } : null)],
  ['403', 'registry-denied', 3, () => seen => (isLayer(seen) ? { status: 403 } : null)],
  ['403 on the tag', 'registry-denied', 9, () => seen => (tag(seen) ? { status: 403 } : null)],
  [
    'another digest',
    'registry-wrong-digest',
    9,
    () => seen =>
      manifest(seen) ? { status: 201, headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } } : null,
  ],
]

test.each(final)('push: %s: %s, and nothing is tagged', async (_, code, mostPuts, fault) => {
  await withFaults(fault(), async proxy => {
    const name = `faults/${randomUUID()}`
    await expect(place.push(`${proxy.host}/${name}:1`, { forget: true })).rejects.toMatchObject({ code })
    expect(proxy.bytes.up).toBeLessThan(most())
    expect(proxy.asked.filter(line => line.startsWith('PUT')).length).toBeLessThanOrEqual(mostPuts)
    await expect(place.pull(`${registry.host}/${name}:1`)).rejects.toMatchObject({ code: 'image-not-found' })
  })
})

const isBlob = ({ method, path }: Seen): boolean => method === 'GET' && path.includes('/blobs/')

const pulls: readonly [string, string | null, () => FaultProxy['fault']][] = [
  ['cuts', null, () => first(4, isBlob, { cutAnswer: 100_000 })],
  ['a cut at the first byte', null, () => first(2, isBlob, { cutAnswer: 0 })],
  ['503', null, () => first(3, isBlob, { status: 503 })],
  ['a changed byte', 'registry-wrong-digest', () => seen => (isBlob(seen) ? { flipByte: 30 } : null)],
  ['endless cuts', 'registry-failing', () => seen => (isBlob(seen) ? { cutAnswer: 10 } : null)],
]

test.each(pulls)('pull: %s', async (_, code, fault) => {
  await place.push(`${registry.host}/faults/pulled:1`)
  await withFaults(fault(), async proxy => {
    const pulled = place.pull(`${proxy.host}/faults/pulled:1`)
    if (code === null) expect(await pulled).toMatchObject({ digest: place.view.image.digest })
    else await expect(pulled).rejects.toMatchObject({ code })
    expect(proxy.bytes.down).toBeLessThan(most())
  })
})
