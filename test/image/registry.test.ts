import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/kit/exec.ts'
import { apt } from '../support/apt.ts'
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.ts'
import { makeRegistryPlace, type RegistryPlace } from '../support/registry-place.ts'
import {
  bcryptLine,
  crane,
  startDistribution,
  startGgcr,
  startTlsFront,
  type RunningRegistry,
} from '../support/registries.ts'
import { startTokenServer } from '../support/token-server.ts'

/** Registries that others wrote, judged by tools that others wrote: what we push is whole and ours, what we pull is what was there. */

let place: RegistryPlace
let registry: RunningRegistry
let other: RunningRegistry
let proxy: FaultProxy

beforeAll(async () => {
  await apt('skopeo')
  place = await makeRegistryPlace()
  registry = await startDistribution()
  other = await startGgcr()
  proxy = await startFaultProxy(registry.host)
})
afterAll(async () => {
  await proxy?.stop()
  await registry?.stop()
  await other?.stop()
  await place?.remove()
})

async function run(...argv: [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await exec(argv)
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
  return stdout.trim()
}

test.each(['Distribution', 'go-containerregistry'])('%s: crane and skopeo find what was pushed whole', async name => {
  const { host } = name === 'Distribution' ? registry : other
  const { reference, digest, states } = await place.push(`${host}/acme/shop:1`, { forget: true })
  expect(reference).toBe(`${host}/acme/shop@${place.view.image.digest}`)
  expect(states).toEqual(['done', 'done', 'done'])
  await run(await crane(), 'validate', '--insecure', '--remote', `${host}/acme/shop:1`)
  expect(await run(await crane(), 'digest', '--insecure', `${host}/acme/shop:1`)).toBe(digest)
  const raw = await exec(['skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${reference}`])
  expect(raw.stdout).toBe(Buffer.from(place.view.manifest).toString())
  const copy = await mkdtemp(join(tmpdir(), 'wherry-copy-'))
  try {
    const to = `dir:${copy}`
    await run(
      'skopeo',
      'copy',
      '--src-tls-verify=false',
      '--preserve-digests',
      '--insecure-policy',
      `docker://${reference}`,
      to,
    )
  } finally {
    await rm(copy, { recursive: true })
  }
  for (const from of [reference, `${host}/acme/shop:1`]) expect(await place.pull(from)).toMatchObject({ digest })
})

test('what is there is not sent again, and another repository of the registry lends its layers', async () => {
  await place.push(`${proxy.host}/acme/first:1`, { forget: true })
  const sent = proxy.bytes.up
  expect((await place.push(`${proxy.host}/acme/first:1`)).states).toEqual(['there', 'there', 'there'])
  expect(proxy.bytes.up).toBe(sent)
  expect((await place.push(`${proxy.host}/acme/first:2`)).states).toEqual(['there', 'there', 'there'])
  expect((await place.push(`${proxy.host}/acme/second:1`)).states).toEqual(['mounted', 'mounted', 'mounted'])
  expect(proxy.bytes.up - sent).toBeLessThan(20_000)
  await run(await crane(), 'validate', '--insecure', '--remote', `${registry.host}/acme/second:1`)
})

test('Docker’s dialect has the same config, so the same image ID', async () => {
  const { digest, reference } = await place.push(`${registry.host}/acme/docker:1`, { dialect: 'docker' })
  expect(digest).not.toBe(place.view.image.digest)
  const raw = JSON.parse(await run('skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${reference}`)) as {
    mediaType: string
    config: { digest: string }
  }
  expect(raw.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json')
  expect(raw.config.digest).toBe(place.view.image.configDigest)
  expect(await place.pull(reference)).toEqual({ digest, configDigest: place.view.image.configDigest })
})

test('what others pushed is pulled: an index gives this architecture, a copy keeps its digest', async () => {
  const from = `${registry.host}/acme/shop:1`
  await place.push(from)
  await run(await crane(), 'index', 'append', '--insecure', '-t', `${registry.host}/acme/index:1`, '-m', from)
  expect(await place.pull(`${registry.host}/acme/index:1`)).toMatchObject({ digest: place.view.image.digest })
  await run(
    'skopeo',
    'copy',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
    '--insecure-policy',
    `docker://${from}`,
    `docker://${other.host}/copied/shop:1`,
  )
  expect(await place.pull(`${other.host}/copied/shop:1`)).toMatchObject({ digest: place.view.image.digest })
  await expect(place.pull(`${registry.host}/acme/none:1`)).rejects.toMatchObject({ code: 'image-not-found' })
})

test('a password lets in where there is one, and is tried once where it is wrong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wherry-htpasswd-'))
  await writeFile(join(folder, 'htpasswd'), await bcryptLine('me', 'hush'))
  const closed = await startDistribution({ auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } })
  const before = await startFaultProxy(closed.host)
  try {
    const to = `${before.host}/acme/shop:1`
    const auth = (password: string): string =>
      JSON.stringify({ auths: { [before.host]: { auth: Buffer.from(`me:${password}`).toString('base64') } } })
    const denied = { code: 'registry-denied' }
    await expect(place.push(to)).rejects.toMatchObject(denied)
    const asked = before.asked.length
    await expect(place.push(to, { env: { DOCKER_AUTH_CONFIG: auth('wrong') } })).rejects.toMatchObject(denied)
    expect(before.asked.slice(asked).filter(line => line.startsWith('HEAD'))).toHaveLength(2)
    expect(await place.push(to, { env: { DOCKER_AUTH_CONFIG: auth('hush') } })).toMatchObject({
      digest: place.view.image.digest,
    })
    await expect(place.pull(to)).rejects.toMatchObject(denied)
  } finally {
    await before.stop()
    await closed.stop()
    await rm(folder, { recursive: true })
  }
})

test('tokens of a token server, and one that ends in the middle of an upload', async () => {
  const tokens = await startTokenServer('me', 'hush')
  const closed = await startDistribution({ auth: tokens.auth })
  const before = await startFaultProxy(closed.host)
  try {
    const env = { WHERRY_REGISTRY: before.host, WHERRY_REGISTRY_USER: 'me', WHERRY_REGISTRY_PASSWORD: 'hush' }
    const seen = new Set<string | undefined>()
    before.fault = ({ method, authorization }) => {
      seen.add(authorization)
      const first = [...seen].find(text => text !== undefined)
      if (method !== 'PUT' || authorization !== first) return null
      const challenge = `Bearer realm="http://${tokens.server.host}/token",service="registry.test"`
      return { status: 401, headers: { 'www-authenticate': challenge } }
    }
    expect(await place.push(`${before.host}/acme/shop:1`, { env, forget: true })).toMatchObject({
      digest: place.view.image.digest,
    })
    expect(await place.pull(`${before.host}/acme/shop:1`)).toMatchObject({ digest: place.view.image.digest })
    expect(tokens.server.asked.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(2)
    await expect(
      place.push(`${before.host}/acme/shop:2`, { env: { ...env, WHERRY_REGISTRY_PASSWORD: 'x' } }),
    ).rejects.toMatchObject({ code: 'registry-denied' })
  } finally {
    await before.stop()
    await closed.stop()
    await tokens.stop()
  }
})

test('over TLS, once the authority is trusted; until then the certificate is what is told', async () => {
  const front = await startTlsFront(registry.host)
  try {
    const to = `${front.host}/acme/tls:1`
    const error = await place.push(to).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'registry-unreachable', next: expect.stringContaining('certificate') })
    setDefaultCACertificates([...getCACertificates('default'), front.certificate])
    expect(await place.push(to, { forget: true })).toMatchObject({ digest: place.view.image.digest })
    expect(await place.pull(to)).toMatchObject({ digest: place.view.image.digest })
  } finally {
    await front.stop()
  }
})
