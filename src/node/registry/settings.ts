import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { exec } from '../../kit/exec.ts'
import { Secret } from '../../kit/secret.ts'
import { npmRegistryUnknown } from '../errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What this machine's user has told npm about registries. A repository's own .npmrc has no say: it would choose who gets the password. */
export interface NpmSettings {
  /** Ends with a slash. */
  readonly registry: string
  /** Registries of scopes: `@acme` → address, ending with a slash. */
  readonly scopes: ReadonlyMap<string, string>
  /** The `authorization` header for an address; null where the user set none for it. */
  readonly authorize: (url: string) => Secret | null
}

/** Reads the environment and the user's and the machine's npmrc; npm itself is asked for its default. Throws `npm-registry-unknown`. */
export async function readNpmSettings(env: Env = process.env, home: string = homedir()): Promise<NpmSettings> {
  const variable = (name: string): string | undefined =>
    env[`npm_config_${name}`] ?? env[`NPM_CONFIG_${name.toUpperCase()}`]
  const files = [variable('userconfig') ?? join(home, '.npmrc'), variable('globalconfig') ?? '/etc/npmrc']
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  // Of two that say the same the user's own counts, so it is written last.
  const values = new Map(texts.toReversed().flatMap(text => parseNpmrc(text, env)))
  const registry = variable('registry') ?? values.get('registry') ?? (await askNpm(env))
  if (!registry || !/^https?:/.test(registry) || !URL.canParse(registry))
    throw npmRegistryUnknown({
      what: 'The front-end’s packages cannot be fetched: no npm registry is known.',
      why: registry
        ? 'The setting is no http address.'
        : 'No setting names one, and there is no npm to ask for its own.',
      next: 'Set npm_config_registry to your registry’s address, or install npm.',
    })
  const scopes = [...values].flatMap(([key, value]): [string, string][] => {
    const [, scope] = /^(@[^:]+):registry$/.exec(key) ?? []
    return scope && URL.canParse(value) ? [[scope, slashed(value)]] : []
  })
  return { registry: slashed(registry), scopes: new Map(scopes), authorize: authorizer(values) }
}

/** The registry a package comes from. */
export function registryOf({ registry, scopes }: NpmSettings, name: string): string {
  return scopes.get(name.split('/')[0] ?? '') ?? registry
}

/** `key = value` lines with `${NAME}` of the environment (npm docs: npmrc). */
export function parseNpmrc(text: string, env: Env): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const [, key, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (!key || value === undefined) return []
    const plain = value.replace(/^"(.*)"$/, '$1')
    return [[key, plain.replaceAll(/\$\{([A-Za-z_]\w*)\??\}/g, (_, name: string) => env[name] ?? '')]]
  })
}

/** Credentials belong to a registry's host and path (`//host/path/:_authToken`), and go nowhere else. */
function authorizer(values: ReadonlyMap<string, string>): NpmSettings['authorize'] {
  return text => {
    if (!URL.canParse(text)) return null
    const { host, pathname } = new URL(text)
    const parts = pathname.split('/')
    for (let n = parts.length; n > 0; n -= 1) {
      const place = `//${host}${parts.slice(0, n).join('/')}/`.replace(/\/{2,}$/, '/')
      const found = headerAt(values, place) ?? headerAt(values, place.slice(0, -1))
      if (found) return found
    }
    return null
  }
}

function headerAt(values: ReadonlyMap<string, string>, place: string): Secret | null {
  const at = (name: string): string => values.get(`${place}:${name}`) ?? ''
  if (at('_authToken') !== '') return new Secret(`Bearer ${at('_authToken')}`)
  if (at('_auth') !== '') return new Secret(`Basic ${at('_auth')}`)
  if (at('username') === '' || at('_password') === '') return null
  const password = Buffer.from(at('_password'), 'base64').toString()
  return new Secret(`Basic ${Buffer.from(`${at('username')}:${password}`).toString('base64')}`)
}

/** Which registry is the default is npm's knowledge, not ours. Asked outside of any repository. */
async function askNpm(env: Env): Promise<string | null> {
  try {
    const plain = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const question = ['npm', 'config', 'get', 'registry'] as const
    const { code, stdout } = await exec(question, { timeout: 30_000, cwd: '/', env: Object.fromEntries(plain) })
    return code === 0 ? stdout.trim() : null
  } catch {
    return null
  }
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}
