import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../kit/secret.ts'
import { entryOf, parseAuthFile, type AuthFile } from './auth-file.ts'
import type { Credential, Environment } from './credential.ts'
import { askHelper } from './credential-helper.ts'
import { badCredentials } from './errors.ts'

/**
 * The credential this machine has for a repository, or null. Looked for, the first one counting: WHERRY_REGISTRY_*, DOCKER_AUTH_CONFIG
 * (which GitLab CI sets), REGISTRY_AUTH_FILE, docker's config.json, Podman's auth.json (containers-auth.json(5)). Throws
 * `bad-registry-credentials`.
 */
export async function findCredential(host: string, repository: string, env: Environment): Promise<Credential | null> {
  const own = fromVariables(host, env)
  if (own !== null) return own
  for (const file of await authFiles(env)) {
    const entry = entryOf(file, host, repository)
    if (entry !== null) return entry
    const helper = file.helpers.get(host) ?? file.store
    const kept = helper === null ? null : await askHelper(helper, host, env)
    if (kept !== null) return kept
  }
  return null
}

function fromVariables(host: string, env: Environment): Credential | null {
  const { WHERRY_REGISTRY: registry, WHERRY_REGISTRY_USER: user, WHERRY_REGISTRY_PASSWORD: password } = env
  if (!user || !password) return null
  if (!registry)
    throw badCredentials({
      what: 'WHERRY_REGISTRY_USER and WHERRY_REGISTRY_PASSWORD are set, and not which registry they are for.',
      next: `export WHERRY_REGISTRY=${host}`,
    })
  if (registry !== host) return null
  return { kind: 'password', user, password: new Secret(password), from: 'WHERRY_REGISTRY_USER' }
}

async function authFiles(env: Environment): Promise<readonly AuthFile[]> {
  const given = env['DOCKER_AUTH_CONFIG']
  const files = given ? [parseAuthFile(given, 'DOCKER_AUTH_CONFIG')] : []
  for (const path of places(env)) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
      throw badCredentials({ what: `${path} cannot be read.`, why: error.message, next: `Make it readable: ${path}` })
    })
    if (text !== null && text.trim() !== '') files.push(parseAuthFile(text, path))
  }
  return files
}

function places(env: Environment): readonly string[] {
  const home = env['HOME'] || homedir()
  const { REGISTRY_AUTH_FILE: only, DOCKER_CONFIG: docker, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config } = env
  if (only) return [only]
  return [
    join(docker || join(home, '.docker'), 'config.json'),
    ...(runtime ? [join(runtime, 'containers/auth.json')] : []),
    join(config || join(home, '.config'), 'containers/auth.json'),
  ]
}
