import { afterEach, expect, test } from 'vitest'
import { hurriedClock } from '../../../test/support/hurried-clock.ts'
import { serveScript, type Asked, type Reply, type ScriptedServer } from '../../../test/support/scripted-server.ts'
import { readAll } from '../../kit/exchange.ts'
import { hop } from './redirect.ts'
import { parseReference } from './reference.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

const servers: ScriptedServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()))
})

async function serve(script: (asked: Asked) => Reply | Promise<Reply>): Promise<ScriptedServer> {
  const server = await serveScript(script)
  servers.push(server)
  return server
}

const noHome = { HOME: '/nonexistent', PATH: '/usr/bin' }

function open(
  server: ScriptedServer,
  env: Record<string, string> = {},
  options: Pick<SessionOptions, 'write' | 'also' | 'clock'> = {},
): Promise<Session> {
  const reference = parseReference(`${server.host}/acme/shop`)
  return openSession(reference, { env: { ...noHome, ...env }, clock: hurriedClock(), ...options })
}

function signedIn({ host }: ScriptedServer): Record<string, string> {
  return { WHERRY_REGISTRY: host, WHERRY_REGISTRY_USER: 'me', WHERRY_REGISTRY_PASSWORD: 'hush' }
}

const basic = `Basic ${Buffer.from('me:hush').toString('base64')}`

async function ask(session: Session, path = 'tags/list'): Promise<string> {
  const answer = await session.ask({ method: 'GET', url: session.at(path) })
  return `${answer.status} ${Buffer.from(await readAll(answer, 1000)).toString()}`
}

/** A registry with a token server; `lifetime` in seconds. Tokens are t1, t2 …; only the newest is good. */
function tokens(options: { lifetime?: number; realm?: (host: string) => string; get?: number } = {}) {
  let number = 0
  return ({ url, method, headers }: Asked): Reply => {
    const host = headers.host ?? ''
    if (url.startsWith('/token')) {
      if (method === 'GET' && options.get) return { status: options.get }
      if (method === 'GET' && headers.authorization !== basic) return { status: 401 }
      number += 1
      return { body: JSON.stringify({ token: `t${number}`, expires_in: options.lifetime ?? 300 }) }
    }
    if (headers.authorization === `Bearer t${number}` && number > 0) return { body: 'in' }
    const realm = options.realm?.(host) ?? `http://${host}/token`
    return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="r&s"` } }
  }
}

test('a token is fetched once, for all that is asked side by side, with the scope of the session', async () => {
  const server = await serve(tokens())
  const session = await open(server, signedIn(server), { write: true })
  expect(await Promise.all([ask(session), ask(session), ask(session)])).toEqual(['200 in', '200 in', '200 in'])
  const asked = server.asked.filter(({ url }) => url.startsWith('/token'))
  expect(asked.map(({ url }) => url)).toEqual(['/token?service=r%26s&scope=repository%3Aacme%2Fshop%3Apull%2Cpush'])
})

test('a token that ends is renewed before it is used, and once when it is refused', async () => {
  const script = tokens({ lifetime: 1 })
  const server = await serve(script)
  const clock = hurriedClock()
  const session = await open(server, signedIn(server), { clock })
  expect(await ask(session)).toBe('200 in')
  clock.pass(600)
  expect(await ask(session)).toBe('200 in')
  const refused = server.asked.filter(
    ({ url, headers }) => !url.startsWith('/token') && headers.authorization !== undefined,
  )
  expect(refused.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2'])
})

test('a wrong password is tried once, however much is asked', async () => {
  const server = await serve(tokens())
  const session = await open(server, { ...signedIn(server), WHERRY_REGISTRY_PASSWORD: 'wrong' })
  const answers = await Promise.all([ask(session), ask(session), ask(session), ask(session)])
  expect(answers.every(answer => answer.startsWith('401'))).toBe(true)
  expect(server.asked.filter(({ url }) => url.startsWith('/token'))).toHaveLength(1)
})

test('a token server that refuses all for one repository of several is asked for the own one alone', async () => {
  const inner = tokens()
  const server = await serve(asked =>
    asked.url.startsWith('/token') && asked.url.includes('others') ? { status: 403 } : inner(asked),
  )
  const session = await open(server, signedIn(server), { write: true, also: ['others/base'] })
  expect(await ask(session)).toBe('200 in')
  const scopes = server.asked.map(({ url }) => new URL(url, 'http://a').searchParams.getAll('scope'))
  expect(scopes.filter(all => all.length > 0)).toEqual([
    ['repository:acme/shop:pull,push', 'repository:others/base:pull'],
    ['repository:acme/shop:pull,push'],
  ])
})

test('the OAuth2 way: an identity token, and a password where GET is not known', async () => {
  const server = await serve(tokens({ get: 405 }))
  const auth = JSON.stringify({ auths: { [server.host]: { identitytoken: 'kept' } } })
  expect(await ask(await open(server, { DOCKER_AUTH_CONFIG: auth }))).toBe('200 in')
  expect(await ask(await open(server, signedIn(server)))).toBe('200 in')
  const forms = server.asked.filter(({ method }) => method === 'POST').map(({ body }) => new URLSearchParams(body))
  expect(forms.map(form => form.get('grant_type'))).toEqual(['refresh_token', 'password'])
  expect(forms[0]?.get('refresh_token')).toBe('kept')
  expect(forms[1]?.get('password')).toBe('hush')
})

test('basic', async () => {
  const server = await serve(({ headers }) =>
    headers.authorization === basic
      ? { body: 'in' }
      : { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } },
  )
  expect(await ask(await open(server, signedIn(server)))).toBe('200 in')
  expect(await ask(await open(server))).toMatch(/^401/)
})

test('a password goes to no token server of others, nor to an address within, nor unencrypted', async () => {
  const other = await serve(() => ({ body: '{"token":"x"}' }))
  const at = (address: string) => tokens({ realm: () => address })
  for (const realm of [
    `http://localhost:${other.host.split(':')[1]}/token`,
    'http://169.254.169.254/latest/meta-data',
    'https://evil.example/token',
    'https://me:pass@127.0.0.1/token',
    'file:///etc/passwd',
    '',
  ]) {
    const server = await serve(at(realm))
    const session = await open(server, signedIn(server))
    await expect(ask(session), realm).rejects.toMatchObject({ code: 'registry-unsafe' })
  }
  expect(other.asked).toEqual([])
})

test('what lets us in stays with the registry when it sends us elsewhere', async () => {
  const storage = await serve(() => ({ body: 'blob' }))
  const inner = tokens()
  const server = await serve(asked => {
    const answer = inner(asked)
    return answer.body === 'in'
      ? { status: 307, headers: { location: `http://${storage.host}/blob?signature=s` } }
      : answer
  })
  expect(await ask(await open(server, signedIn(server)))).toBe('200 blob')
  expect(storage.asked.map(({ headers }) => headers.authorization)).toEqual([undefined])
})

test('round in circles is refused', async () => {
  const server = await serve(({ url }) => ({ status: 302, headers: { location: `${url}x` } }))
  await expect(ask(await open(server))).rejects.toMatchObject({ code: 'registry-unsafe' })
  expect(server.asked.length).toBeLessThan(10)
})

test('from https nothing leads to http, nor from outside to within', () => {
  const far = { origin: new URL('https://registry.example'), env: {} }
  const from = new URL('https://registry.example/v2/a/blobs/uploads/')
  expect(hop('/v2/a/x?state=1', from, far).href).toBe('https://registry.example/v2/a/x?state=1')
  expect(hop('https://storage.example/x', from, far).href).toBe('https://storage.example/x')
  for (const location of [
    'http://registry.example/x',
    'http://localhost/x',
    'https://10.0.0.1/x',
    'https://[fd00::1]/',
    'ftp://a/',
    'https://',
  ])
    expect(() => hop(location, from, far), location).toThrow(expect.objectContaining({ code: 'registry-unsafe' }))
  expect(() => hop('https://registry.example/?secret=1#http://', from, far)).not.toThrow()
})

test('waits as it is told, and not for ever', async () => {
  let times = 0
  const server = await serve(() => {
    times += 1
    return times === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: 'in' }
  })
  const clock = hurriedClock()
  expect(await ask(await open(server, {}, { clock }))).toBe('200 in')
  expect(clock.waited).toHaveLength(1)
  expect(clock.waited[0]).toBeGreaterThanOrEqual(1000)
  const never = await serve(() => ({ status: 429, headers: { 'retry-after': '99999999' } }))
  await expect(ask(await open(never))).rejects.toMatchObject({ code: 'registry-failing' })
  expect(never.asked.filter(({ url }) => url !== '/v2/')).toHaveLength(1)
})

test('nobody there is registry-unreachable', async () => {
  const server = await serve(() => ({}))
  const reference = parseReference(`${server.host}/acme/shop`)
  await servers.pop()?.stop()
  const clock = hurriedClock()
  const session = await openSession(reference, { env: noHome, clock })
  await expect(ask(session)).rejects.toMatchObject({ code: 'registry-unreachable', exit: 75 })
  expect(clock.waited).toHaveLength(4)
})
