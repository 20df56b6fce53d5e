import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseStanzas, wordsOf, type Stanza } from './stanza.ts'

/** An address of the machine's apt sources and what apt takes from it (sources.list(5)). */
export interface AptSource {
  /** Without a trailing slash. */
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
  /** The keyring the entry names, or null. */
  readonly signedBy: string | null
  /** False where the entry or apt's configuration says that an expired index is to be used. */
  readonly checkValidUntil: boolean
}

/** The package sources apt uses on this machine, or below another root. Disabled and source-only entries are left out. */
export async function aptSources(root = '/'): Promise<AptSource[]> {
  const folder = join(root, 'etc/apt')
  const names = (await readdir(join(folder, 'sources.list.d')).catch(() => [])).toSorted(byBytes)
  const checked = await checksValidUntil(folder)
  const found: AptSource[] = []
  for (const name of ['sources.list', ...names.map(name => `sources.list.d/${name}`)]) {
    const read = name.endsWith('.list') ? parseList : name.endsWith('.sources') ? parseSources : null
    const text = read && (await readFile(join(folder, name), 'utf8').catch(() => null))
    if (!read || text === null) continue
    for (const source of read(text)) found.push({ ...source, checkValidUntil: source.checkValidUntil && checked })
  }
  const resolved = await Promise.all(found.map(source => followMirrorList(root, source)))
  return resolved.filter(source => /^https?:\/\//.test(source.uri))
}

/** One-line style: `deb [options] uri suite component…`. */
function parseList(text: string): AptSource[] {
  return text.split('\n').flatMap(line => {
    const plain = line.split('#')[0]!.trim()
    const open = plain.indexOf('[')
    const close = plain.indexOf(']')
    const options = new Map<string, string>()
    const hasOptions = open > 0 && close > open && wordsOf(plain.slice(0, open)).length === 1
    for (const word of hasOptions ? wordsOf(plain.slice(open + 1, close)) : []) {
      const equals = word.indexOf('=')
      if (equals > 0) options.set(word.slice(0, equals).toLowerCase(), word.slice(equals + 1))
    }
    const words = wordsOf(hasOptions ? plain.slice(0, open) + plain.slice(close + 1) : plain)
    const [type, uri, suite, ...components] = words
    if (type !== 'deb' || uri === undefined || suite === undefined) return []
    return [
      {
        uri: trimSlash(uri),
        suites: [suite],
        components,
        signedBy: options.get('signed-by') ?? null,
        checkValidUntil: options.get('check-valid-until') !== 'no',
      },
    ]
  })
}

/** deb822 style: `Types`, `URIs`, `Suites`, `Components` in paragraphs. */
function parseSources(text: string): AptSource[] {
  return parseStanzas(text).flatMap((stanza: Stanza) => {
    if (!wordsOf(stanza.get('types')).includes('deb') || isNo(stanza.get('enabled'))) return []
    return wordsOf(stanza.get('uris')).map(uri => ({
      uri: trimSlash(uri),
      suites: wordsOf(stanza.get('suites')),
      components: wordsOf(stanza.get('components')),
      signedBy: stanza.get('signed-by') ?? null,
      checkValidUntil: !isNo(stanza.get('check-valid-until')),
    }))
  })
}

/** Cloud images and hosted CI runners point apt to a file that lists mirrors, best first (apt-transport-mirror(1)). */
async function followMirrorList(root: string, source: AptSource): Promise<AptSource> {
  const path = /^mirror\+file:(\/.*)$/.exec(source.uri)?.[1]
  if (path === undefined) return source
  const text = await readFile(join(root, path), 'utf8').catch(() => '')
  const first = text
    .split('\n')
    .map(line => wordsOf(line.split('#')[0])[0] ?? '')
    .find(uri => /^https?:\/\//.test(uri))
  return { ...source, uri: first === undefined ? source.uri : trimSlash(first) }
}

/** apt.conf's `Acquire::Check-Valid-Until "false"`, which users of frozen snapshots set. */
async function checksValidUntil(folder: string): Promise<boolean> {
  const names = (await readdir(join(folder, 'apt.conf.d')).catch(() => [])).toSorted(byBytes)
  const files = [join(folder, 'apt.conf'), ...names.map(name => join(folder, 'apt.conf.d', name))]
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')))
  return !texts.some(text => /^\s*Acquire::Check-Valid-Until\s+"?(?:false|no|0)\b/im.test(text))
}

function isNo(value: string | undefined): boolean {
  return value !== undefined && /^(?:no|false|0|off)$/i.test(value.trim())
}

function trimSlash(uri: string): string {
  return uri.replace(/\/+$/, '')
}

/** apt reads its files in the order of their names, as bytes. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
