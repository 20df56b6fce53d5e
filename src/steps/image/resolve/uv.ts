import { existsSync, realpathSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthorize, type Authorize } from '../../../python/index/credentials.ts'
import { findUv, type Uv } from '../../../python/index/uv.ts'
import { readIndexSettings, type IndexSettings } from '../../../python/index/settings.ts'
import type { Mount } from '../../../engines/engine.ts'
import type { Inside } from '../inside.ts'
import { hideCredentials } from '../credentials.ts'
import { signalOf, withScratch, type Tools } from '../tools.ts'
import { explainIndex } from './explain.ts'

/**
 * uv, run by the base's own Python inside the base, so that markers see what the image will be. It reads metadata of indexes; where an
 * sdist tells none without being built, uv builds it there, too.
 */
export interface Resolver {
  /** The user's own settings name the index to use: what a lock says of addresses may be out of reach. */
  readonly redirected: boolean
  /** A pylock.toml for the requirement lines, or uv's explanation why there is none. Throws when the index is the reason. */
  compile(lines: readonly string[], options: CompileOptions): Promise<Outcome>
}

export type Outcome = { readonly pylock: string } | { readonly refused: string }

export interface CompileOptions {
  readonly constraints: readonly string[]
  /** Only files the index had at this moment (RFC 3339); null for all. */
  readonly asOf: string | null
  /** The lines name everything: nothing is added to them. */
  readonly pinned: boolean
  readonly prereleases: boolean
  readonly index: string | null
  readonly extraIndexes: readonly string[]
  readonly findLinks: readonly string[]
}

/** Where the repository's own wheels are seen while it is resolved. */
export const repositoryInside = '/repository'

export async function openResolver(
  inside: Inside,
  python: string,
  wheels: readonly Mount[],
  tools: Tools,
): Promise<Resolver> {
  const settings = await readIndexSettings({ project: tools.indexes ?? [] })
  const authorize = makeAuthorize(settings)
  const uv = await findWorkingUv(inside, settings, tools)
  const bundle = certificates()
  const mounts = [...wheels, ...(await mountsOf(uv, bundle, inside, tools))]
  const env = environmentOf(uv, settings, authorize, bundle !== null)

  return {
    redirected: settings.indexes.some(index => index.main && index.from !== 'repository'),
    compile: (lines, options) =>
      withScratch(tools, async work => {
        await writeFile(join(work, 'requirements.in'), `${lines.join('\n')}\n`)
        await writeFile(join(work, 'constraints.txt'), `${options.constraints.join('\n')}\n`)
        const { code, stderr, timedOut } = await inside.run({
          argv: ['/uv', ...compileArguments(`/usr/bin/python${python}`, options, authorize)],
          env,
          network: 'host',
          mounts: [...mounts, { from: work, to: '/work', readonly: false }],
          cwd: '/work',
        })
        if (code === 0) return { pylock: await readFile(join(work, 'pylock.toml'), 'utf8') }
        const refused = hideCredentials(stderr.trim())
        const error = explainIndex(refused, timedOut)
        if (error) throw error
        return { refused }
      }),
  }
}

/** The user's own uv may be linked against a newer C library than the base's: then it is brought from the index like a missing one. */
async function findWorkingUv(inside: Inside, settings: IndexSettings, tools: Tools): Promise<Uv> {
  const options = { cache: tools.cache, settings, inside: true, ...signalOf(tools) }
  const uv = await findUv(options)
  const result = await inside.run({ argv: ['/uv', '--version'], mounts: [uvMount(uv)] }).catch(() => null)
  return result?.code === 0 ? uv : findUv({ ...options, env: { ...process.env, PATH: '' } })
}

async function mountsOf(uv: Uv, bundle: string | null, { sharesFiles }: Inside, { cache }: Tools): Promise<Mount[]> {
  const own = join(cache.root, 'uv-cache')
  await mkdir(own, { recursive: true })
  return [
    uvMount(uv),
    ...(sharesFiles ? [{ from: own, to: '/uv-cache', readonly: false }] : []),
    ...(bundle ? [{ from: bundle, to: '/run/certificates.crt', readonly: true }] : []),
  ]
}

/** Installers leave links to the program. */
function uvMount({ path }: Uv): Mount {
  return { from: realpathSync(path), to: '/uv', readonly: true }
}

function environmentOf(
  uv: Uv,
  settings: IndexSettings,
  authorize: Authorize,
  hasBundle: boolean,
): Record<string, string> {
  const own = settings.indexes.filter(index => index.from !== 'repository')
  const main = own.find(index => index.main)
  const others = own.filter(index => !index.main)
  return {
    ...uv.env,
    ...proxies(),
    UV_CACHE_DIR: '/uv-cache',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_CONFIG: '1',
    UV_HTTP_TIMEOUT: '30',
    ...(hasBundle ? { SSL_CERT_FILE: '/run/certificates.crt' } : {}),
    ...(main ? { UV_DEFAULT_INDEX: authorized(main.url, authorize) } : {}),
    ...(others.length > 0 ? { UV_INDEX: others.map(({ url }) => authorized(url, authorize)).join(' ') } : {}),
  }
}

const usual =
  'pip compile requirements.in --format pylock.toml --output-file pylock.toml --no-header --quiet --constraints constraints.txt'.split(
    ' ',
  )

function compileArguments(interpreter: string, options: CompileOptions, authorize: Authorize): string[] {
  return [
    ...usual,
    '--python',
    interpreter,
    ...(options.pinned ? ['--no-deps'] : []),
    ...(options.asOf === null ? [] : ['--exclude-newer', options.asOf]),
    ...(options.prereleases ? ['--prerelease', 'allow'] : []),
    ...(options.index === null ? [] : ['--default-index', authorized(options.index, authorize)]),
    ...options.extraIndexes.flatMap(index => ['--index', authorized(index, authorize)]),
    ...options.findLinks.flatMap(place => ['--find-links', place]),
  ]
}

/** The address with what netrc or a variable says for its server: uv sees neither inside the base. */
function authorized(address: string, authorize: Authorize): string {
  const header = authorize(address)?.reveal()
  if (header === undefined || !URL.canParse(address)) return address
  const pair = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString('utf8')
  const url = new URL(address)
  url.username = encodeURIComponent(pair.slice(0, pair.indexOf(':')))
  url.password = encodeURIComponent(pair.slice(pair.indexOf(':') + 1))
  return url.href
}

function certificates(): string | null {
  const set = [process.env['SSL_CERT_FILE']].filter(path => path !== undefined && path !== '')
  const places = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']
  return [...set, ...places].find(path => path !== undefined && existsSync(path)) ?? null
}

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap(name => [name, name.toUpperCase()])
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}
