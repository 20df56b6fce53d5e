import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findUv } from '../../../python/index/uv.ts'
import { readIndexSettings } from '../../../python/index/settings.ts'
import type { Mount } from '../../../engines/engine.ts'
import type { Inside } from '../inside.ts'
import type { Tools } from '../tools.ts'

/** uv, run by the base's own Python inside the base, so that markers and builds see what the image will be. */
export interface Resolver {
  /** A pylock.toml for the requirement lines, or uv's explanation why there is none. */
  compile(
    lines: readonly string[],
    options: CompileOptions,
  ): Promise<{ readonly pylock: string } | { readonly refused: string }>
  /** Builds a source distribution: the wheel's path on this machine, or the build's last lines. */
  build(sdist: string, file: string, out: string): Promise<{ readonly wheel: string } | { readonly refused: string }>
}

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

const certificates = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem']

export async function openResolver(inside: Inside, python: string, tools: Tools): Promise<Resolver> {
  const settings = await readIndexSettings()
  const uv = await findUv({ cache: tools.cache, settings })
  const cache = join(tools.cache.root, 'uv-cache')
  await mkdir(cache, { recursive: true })
  const bundle = certificates.find(path => existsSync(path))
  const main = settings.indexes.find(index => index.main)
  const others = settings.indexes.filter(index => !index.main)
  const env: Record<string, string> = {
    ...uv.env,
    ...proxies(),
    UV_CACHE_DIR: '/uv-cache',
    UV_PYTHON_DOWNLOADS: 'never',
    UV_NO_CONFIG: '1',
    // A throw-away identity for builds that ask git for their version.
    SETUPTOOLS_SCM_PRETEND_VERSION_FOR_APP: '0.0.0',
    ...(bundle ? { SSL_CERT_FILE: '/run/certificates.crt' } : {}),
    ...(main ? { UV_DEFAULT_INDEX: main.url } : {}),
    ...(others.length > 0 ? { UV_INDEX: others.map(({ url }) => url).join(' ') } : {}),
  }
  const mounts: Mount[] = [
    { from: uv.path, to: '/uv', readonly: true },
    { from: cache, to: '/uv-cache', readonly: false },
    ...(bundle ? [{ from: bundle, to: '/run/certificates.crt', readonly: true }] : []),
  ]
  const interpreter = `/usr/bin/python${python}`

  const runUv = async (work: string, args: readonly string[]): Promise<string | null> => {
    const result = await inside.run({
      argv: ['/uv', ...args],
      env,
      network: 'host',
      mounts: [...mounts, { from: work, to: '/work', readonly: false }],
      cwd: '/work',
    })
    return result.code === 0 ? null : result.stderr.trim()
  }

  return {
    async compile(lines, options) {
      const work = await tools.cache.scratch()
      try {
        await writeFile(join(work, 'requirements.in'), `${lines.join('\n')}\n`)
        await writeFile(join(work, 'constraints.txt'), `${options.constraints.join('\n')}\n`)
        const refused = await runUv(work, compileArguments(interpreter, options))
        return refused === null ? { pylock: await readFile(join(work, 'pylock.toml'), 'utf8') } : { refused }
      } finally {
        await rm(work, { recursive: true, force: true })
      }
    },
    async build(sdist, file, out) {
      const { copyFile, readdir } = await import('node:fs/promises')
      await copyFile(sdist, join(out, file))
      const refused = await runUv(out, [
        'build',
        '--wheel',
        '--out-dir',
        '/work/dist',
        '--python',
        interpreter,
        `/work/${file}`,
      ])
      if (refused !== null) return { refused }
      const wheel = (await readdir(join(out, 'dist'))).find(name => name.endsWith('.whl'))
      return wheel ? { wheel: join(out, 'dist', wheel) } : { refused: 'the build left no wheel' }
    },
  }
}

function compileArguments(interpreter: string, options: CompileOptions): string[] {
  return [
    ...['pip', 'compile', 'requirements.in', '--format', 'pylock.toml', '--output-file', 'pylock.toml'],
    ...['--python', interpreter, '--no-header', '--quiet', '--constraints', 'constraints.txt'],
    ...(options.pinned ? ['--no-deps'] : []),
    ...(options.asOf === null ? [] : ['--exclude-newer', options.asOf]),
    ...(options.prereleases ? ['--prerelease', 'allow'] : []),
    ...(options.index === null ? [] : ['--default-index', options.index]),
    ...options.extraIndexes.flatMap(index => ['--index', index]),
    ...options.findLinks.flatMap(place => ['--find-links', place]),
  ]
}

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap(name => [name, name.toUpperCase()])
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}
