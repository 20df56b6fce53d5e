import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { readIni } from '../manifest/ini.ts'
import { parseNetrc, type NetrcEntry } from './netrc.ts'

/** What the user has told pip and uv about package indexes: addresses and credentials, each with the place it was read from. */
export interface IndexSettings {
  /** Most specific first: of two for one server the first counts. Addresses may hold credentials: never print them bare. */
  readonly indexes: readonly Index[]
  readonly netrc: readonly NetrcEntry[]
}

export interface Index {
  readonly url: string
  /** uv's name for it; null where it has none. */
  readonly name: string | null
  /** True for the index that replaces the tools' own default. */
  readonly main: boolean
  /** The variable or file it was read from. */
  readonly from: string
}

export interface SettingsSource {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly home?: string
  /** Indexes a project declares itself (`[[tool.uv.index]]`), with their names; they count less than the user's own. */
  readonly project?: readonly Index[]
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads environment, uv.toml, pip.conf and netrc, as uv and pip do. A file that is absent or unreadable has nothing to say. */
export async function readIndexSettings(source: SettingsSource = {}): Promise<IndexSettings> {
  const env = source.env ?? process.env
  const home = source.home ?? homedir()
  const config = env['XDG_CONFIG_HOME'] || join(home, '.config')
  const uvFiles = env['UV_CONFIG_FILE']
    ? [env['UV_CONFIG_FILE']]
    : env['UV_NO_CONFIG']
      ? []
      : [join(config, 'uv', 'uv.toml'), '/etc/xdg/uv/uv.toml', '/etc/uv/uv.toml']
  const uv: Index[] = []
  for (const file of uvFiles) uv.push(...uvIndexes(await read(file), file))
  const pip: Index[] = []
  for (const file of pipFiles(env, home, config)) pip.push(...pipIndexes(await read(file), file))
  const netrcFile = env['NETRC'] || join(home, '.netrc')
  return {
    indexes: [...envIndexes(env), ...uv, ...pip, ...(source.project ?? [])].filter(({ url }) => isAddress(url)),
    netrc: parseNetrc(await read(netrcFile)),
  }
}

function envIndexes(env: Env): Index[] {
  const several = (from: string, main: boolean): Index[] =>
    (env[from] ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .map(text => named(text, main, from))
  return [
    ...several('UV_DEFAULT_INDEX', true),
    ...several('UV_INDEX_URL', true),
    ...several('UV_INDEX', false),
    ...several('UV_EXTRA_INDEX_URL', false),
    ...several('PIP_INDEX_URL', true),
    ...several('PIP_EXTRA_INDEX_URL', false),
  ]
}

/** uv allows `name=url` where it takes an index. */
function named(text: string, main: boolean, from: string): Index {
  const [, name, url] = /^([\w.-]{1,100})=(.+)$/.exec(text) ?? []
  return name && url ? { name, url, main, from } : { name: null, url: text, main, from }
}

/** pip reads several files, the later overriding the earlier; here the strongest comes first ("Configuration", pip's manual). */
function pipFiles(env: Env, home: string, config: string): string[] {
  const own = env['PIP_CONFIG_FILE']
  if (own === '/dev/null') return []
  const files = [
    own,
    env['VIRTUAL_ENV'] ? join(env['VIRTUAL_ENV'], 'pip.conf') : undefined,
    join(config, 'pip', 'pip.conf'),
    join(home, 'Library', 'Application Support', 'pip', 'pip.conf'),
    join(home, '.pip', 'pip.conf'),
    '/etc/pip.conf',
    '/etc/xdg/pip/pip.conf',
  ]
  return files.filter(file => file !== undefined)
}

function pipIndexes(text: string, from: string): Index[] {
  const ini = readIni(text)
  const found: Index[] = []
  for (const section of ['install', 'download', 'global']) {
    const values = (key: string): string[] => (ini.get(section)?.get(key)?.text ?? '').split(/\s+/).filter(Boolean)
    for (const url of values('index-url')) found.push({ url, name: null, main: true, from })
    for (const url of values('extra-index-url')) found.push({ url, name: null, main: false, from })
  }
  return found
}

/** The indexes of a uv.toml, or of the `[tool.uv]` table of a pyproject.toml handed over as text of its own. */
export function uvIndexes(text: string, from: string): Index[] {
  const root = table(parseToml(text))
  const found: Index[] = []
  for (const item of array(root['index'])) {
    const { url, name, default: main } = table(item)
    if (typeof url === 'string')
      found.push({ url, name: typeof name === 'string' ? name : null, main: main === true, from })
  }
  for (const section of [root, table(root['pip'])]) {
    const main = section['index-url']
    if (typeof main === 'string') found.push({ url: main, name: null, main: true, from })
    for (const url of array(section['extra-index-url']))
      if (typeof url === 'string') found.push({ url, name: null, main: false, from })
  }
  return found
}

function parseToml(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return {}
  }
}

function table(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}

/** Settings are small files: a pipe or a device under the name must not stop us. */
async function read(file: string): Promise<string> {
  try {
    const { size } = await stat(file).then(found => (found.isFile() ? found : Promise.reject(new Error('no file'))))
    return size > 4 * 1024 ** 2 ? '' : await readFile(file, 'utf8')
  } catch {
    return ''
  }
}
