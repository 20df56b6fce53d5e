import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Credential } from './credential.ts'
import { findCredential } from './find-credential.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wherry-credentials-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const pair = (text: string): string => Buffer.from(text).toString('base64')

function write(path: string, content: object | string, mode = 0o600): string {
  const file = join(home, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(file, mode)
  return file
}

async function find(host: string, env: Record<string, string> = {}, repository = 'acme/shop') {
  return shown(await findCredential(host, repository, { HOME: home, PATH: `${home}/bin:/usr/bin:/bin`, ...env }))
}

function shown(found: Credential | null): string | null {
  if (found === null) return null
  if (found.kind === 'password') return `${found.user}:${found.password.reveal()}`
  return `${found.kind} ${found.token.reveal()}`
}

test('nothing there is nothing', async () => {
  expect(await find('ghcr.io')).toBeNull()
})

test('docker login: Docker Hub under its old name, passwords with colons, identity tokens', async () => {
  write('.docker/config.json', {
    auths: {
      'https://index.docker.io/v1/': { auth: pair('me:a:b') },
      'https://ghcr.io': { username: 'u', password: 'p' },
      'acr.example': { auth: pair('00000000:'), identitytoken: 'refresh' },
      'quay.io/v2/': { registrytoken: 'as-it-is' },
      'empty.example': {},
    },
  })
  expect(await find('docker.io')).toBe('me:a:b')
  expect(await find('ghcr.io')).toBe('u:p')
  expect(await find('acr.example')).toBe('identity refresh')
  expect(await find('quay.io')).toBe('bearer as-it-is')
  expect(await find('empty.example')).toBeNull()
  expect(await find('evil.example')).toBeNull()
})

test('podman login: the most exact key counts, and REGISTRY_AUTH_FILE alone where it is set', async () => {
  write('.config/containers/auth.json', {
    auths: {
      'r.example/acme/shop': { auth: pair('shop:1') },
      'r.example/acme': { auth: pair('acme:1') },
      'r.example': { auth: pair('all:1') },
    },
  })
  expect(await find('r.example')).toBe('shop:1')
  expect(await find('r.example', {}, 'acme/other')).toBe('acme:1')
  expect(await find('r.example', {}, 'else/shop')).toBe('all:1')
  const only = write('only.json', { auths: { 'r.example': { auth: pair('only:1') } } })
  expect(await find('r.example', { REGISTRY_AUTH_FILE: only })).toBe('only:1')
  expect(await find('x.example', { REGISTRY_AUTH_FILE: join(home, 'gone.json') })).toBeNull()
})

test('variables win, for the host they are for', async () => {
  write('.docker/config.json', { auths: { 'r.example': { auth: pair('file:1') } } })
  const own = { WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_USER: 'ci', WHERRY_REGISTRY_PASSWORD: 's' }
  expect(await find('r.example', own)).toBe('ci:s')
  expect(await find('other.example', own)).toBeNull()
  const config = JSON.stringify({ auths: { 'r.example': { auth: pair('gitlab:1') } } })
  expect(await find('r.example', { DOCKER_AUTH_CONFIG: config })).toBe('gitlab:1')
  await expect(find('r.example', { ...own, WHERRY_REGISTRY: '' })).rejects.toMatchObject({
    code: 'bad-registry-credentials',
  })
})

const helper = `#!/usr/bin/python3
import sys, json
server = sys.stdin.read()
if server == "r.example": print(json.dumps({"ServerURL": server, "Username": "helped", "Secret": sys.argv[1]}))
elif server == "token.example": print(json.dumps({"Username": "<token>", "Secret": "refresh"}))
elif server == "https://index.docker.io/v1/": print(json.dumps({"Username": "hub", "Secret": "h"}))
elif server == "broken.example": print("not json")
elif server == "fails.example": sys.exit("the keychain is locked")
else:
    print("credentials not found in native keychain")
    sys.exit(1)
`

test('credential helpers are asked by stdin; what they do not know is nothing', async () => {
  write('bin/docker-credential-test', helper, 0o755)
  write('.docker/config.json', {
    credsStore: 'test',
    credHelpers: { 'gone.example': 'gone', 'bad.example': '../../bin/sh' },
  })
  expect(await find('r.example')).toBe('helped:get')
  expect(await find('token.example')).toBe('identity refresh')
  expect(await find('docker.io')).toBe('hub:h')
  expect(await find('other.example')).toBeNull()
  for (const host of ['broken.example', 'fails.example', 'gone.example', 'bad.example'])
    await expect(find(host)).rejects.toMatchObject({ code: 'bad-registry-credentials' })
  await expect(find('fails.example')).rejects.toMatchObject({ why: 'the keychain is locked' })
})

test('a damaged file is named and never quoted; prototype keys are keys', async () => {
  const file = write('.docker/config.json', '{"auths": {"r.example": {"auth": 5, "password": "hush"}}}')
  const error: unknown = await find('r.example').catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'bad-registry-credentials' })
  expect(JSON.stringify(error)).toContain(file)
  expect(JSON.stringify(error)).not.toContain('hush')
  write('.docker/config.json', `{"auths": {"__proto__": {"auth": "${pair('a:b')}"}, "r.example": {}}}`)
  expect(await find('constructor')).toBeNull()
  write('.docker/config.json', '{')
  await expect(find('r.example')).rejects.toMatchObject({ code: 'bad-registry-credentials' })
})
